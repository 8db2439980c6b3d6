// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INodes} from "../interfaces/INodes.sol";
import {INames} from "./INames.sol";

/// @title Names
/// @notice Documented in INames.
contract Names is INames {
    uint256 public constant NAME_MAX = 32;

    INodes public immutable nodes;

    // A name is a word: its characters from the left, then zeros. No character is zero, so no two names are one word.
    mapping(address node => bytes32) private _names;
    mapping(address owner => mapping(bytes32 word => address node)) private _nodes;

    constructor(INodes nodes_) {
        nodes = nodes_;
    }

    function setName(address node, string calldata name) external {
        address owner = nodes.node(node).owner;
        if (msg.sender != owner) revert NotOwner(node, msg.sender, owner);
        bytes32 word = _wordOf(bytes(name));
        address present = _nodes[owner][word];
        if (present != address(0) && present != node) revert NameTaken(owner, name, present);
        delete _nodes[owner][_names[node]];
        _names[node] = word;
        if (word != 0) _nodes[owner][word] = node;
        emit Named(node, owner, name);
    }

    function nameOf(address node) public view returns (string memory) {
        bytes32 word = _names[node];
        uint256 length;
        while (length < NAME_MAX && word[length] != 0) ++length;
        bytes memory name = new bytes(length);
        for (uint256 i; i < length; ++i) {
            name[i] = word[i];
        }
        return string(name);
    }

    function nodeOf(address owner, string calldata name) external view returns (address) {
        address node = _nodes[owner][bytes32(bytes(name))];
        // What is too long, or ends in zeros, has the word of a name and is none.
        return keccak256(bytes(nameOf(node))) == keccak256(bytes(name)) ? node : address(0);
    }

    function _wordOf(bytes calldata name) private pure returns (bytes32) {
        uint256 length = name.length;
        if (length > NAME_MAX) revert NameTooLong(length, NAME_MAX);
        for (uint256 i; i < length; ++i) {
            bytes1 it = name[i];
            bool isPlain = (it >= "a" && it <= "z") || (it >= "0" && it <= "9");
            bool isInnerHyphen = it == "-" && i != 0 && i + 1 != length && name[i - 1] != "-";
            if (!isPlain && !isInnerHyphen) revert BadCharacter(i, it);
        }
        return bytes32(name);
    }
}
