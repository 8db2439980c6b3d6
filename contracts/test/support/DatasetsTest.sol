// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Datasets} from "../../src/Datasets.sol";
import {IDatasets} from "../../src/interfaces/IDatasets.sol";
import {GRANT_TYPEHASH} from "../../src/generated/TypeHashes.sol";
import {Test} from "./Test.sol";

/// @dev One published dataset whose owner's key is known.
abstract contract DatasetsTest is Test {
    uint256 internal constant OWNER_KEY = 0x0E;
    uint64 internal constant CAP = 1_000_000;

    Datasets internal datasets;
    address internal owner = vm.addr(OWNER_KEY);
    address internal custodian = address(0xC5);
    uint256 internal id;

    function deployDatasets() internal {
        vm.warp(START);
        datasets = new Datasets();
        vm.prank(owner);
        id = datasets.publish(keccak256("metadata"), keccak256("content"), custodian, keccak256("policy"), CAP);
    }

    function grantOf(uint64 microRho, uint32 uses) internal view returns (IDatasets.Grant memory) {
        return IDatasets.Grant({
            dataset: id,
            epoch: 1,
            requester: address(0x4E),
            terms: keccak256("terms"),
            purpose: keccak256("purpose"),
            policy: keccak256("policy"),
            token: address(0x70),
            amount: 5,
            bits: 569,
            microRho: microRho,
            uses: uses,
            auditor: address(0xAD),
            validFrom: uint64(START),
            expiresAt: uint64(START) + 30 days,
            nonce: keccak256("nonce")
        });
    }

    function digestOf(bytes32 domain, IDatasets.Grant memory grant) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", domain, keccak256(abi.encode(GRANT_TYPEHASH, grant))));
    }

    function digestOf(IDatasets.Grant memory grant) internal view returns (bytes32) {
        return digestOf(datasets.DOMAIN_SEPARATOR(), grant);
    }

    function signed(IDatasets.Grant memory grant) internal view returns (bytes memory) {
        return signature(OWNER_KEY, digestOf(grant));
    }

    function reserve(IDatasets.Grant memory grant, bytes32 order, uint64 microRho) internal {
        bytes memory permission = signed(grant);
        vm.prank(custodian);
        datasets.reserve(grant, permission, order, microRho);
    }
}
