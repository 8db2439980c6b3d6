// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IModels} from "./interfaces/IModels.sol";

/// @title Models
/// @notice Documented in IModels.
contract Models is IModels {
    uint256 public constant PARENTS_MAX = 16;

    mapping(bytes32 model => Model) private _models;

    function register(bytes32 model, bytes32 passportDigest, bytes32[] calldata parents) external {
        if (model == 0 || passportDigest == 0) revert ZeroDigest();
        if (parents.length > PARENTS_MAX) revert TooManyParents(parents.length, PARENTS_MAX);
        address publisher = _models[model].publisher;
        if (publisher != address(0)) revert AlreadyRegistered(model, publisher);
        for (uint256 i; i < parents.length; ++i) {
            if (!isRegistered(parents[i])) revert ParentUnknown(parents[i]);
        }
        _models[model] = Model(msg.sender, uint48(block.timestamp), uint48(block.number), passportDigest);
        emit Registered(model, passportDigest, msg.sender, parents);
    }

    function amend(bytes32 model, bytes32 passportDigest) external {
        if (passportDigest == 0) revert ZeroDigest();
        Model storage entry = _models[model];
        if (entry.publisher != msg.sender) revert NotPublisher(model, msg.sender, entry.publisher);
        entry.passportDigest = passportDigest;
        emit Amended(model, passportDigest, msg.sender);
    }

    function modelOf(bytes32 model) external view returns (Model memory) {
        return _models[model];
    }

    function isRegistered(bytes32 model) public view returns (bool) {
        return _models[model].publisher != address(0);
    }
}
