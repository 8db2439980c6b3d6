// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Datasets} from "../src/Datasets.sol";
import {Escrow} from "../src/Escrow.sol";
import {IDatasets} from "../src/interfaces/IDatasets.sol";
import {
    AUDIT_REPORT_TYPEHASH,
    GRANT_REQUEST_TYPEHASH,
    GRANT_TYPEHASH,
    LOG_HEAD_TYPEHASH,
    LOG_KEY_TYPEHASH,
    OFFER_TYPEHASH,
    ORDER_TYPEHASH,
    PLANT_TYPEHASH,
    RECEIPT_TYPEHASH,
    VOUCHER_TYPEHASH
} from "../src/generated/TypeHashes.sol";
import {Test} from "./support/Test.sol";

/// @dev Holds the contracts to vectors/typedData.json, which the TypeScript packages meet as well. Each message is
/// hashed here field by field as its type string lists them, the slow and obvious way.
contract VectorsTest is Test {
    string private json;
    uint256 private count;
    mapping(bytes32 nameHash => bytes32) private typeHashes;

    function setUp() public {
        json = vm.readFile("../vectors/typedData.json");
        while (vm.keyExistsJson(json, string.concat(".cases[", vm.toString(count), "]"))) ++count;
        typeHashes[keccak256("Offer")] = OFFER_TYPEHASH;
        typeHashes[keccak256("Order")] = ORDER_TYPEHASH;
        typeHashes[keccak256("Receipt")] = RECEIPT_TYPEHASH;
        typeHashes[keccak256("AuditReport")] = AUDIT_REPORT_TYPEHASH;
        typeHashes[keccak256("LogHead")] = LOG_HEAD_TYPEHASH;
        typeHashes[keccak256("LogKey")] = LOG_KEY_TYPEHASH;
        typeHashes[keccak256("Plant")] = PLANT_TYPEHASH;
        typeHashes[keccak256("Voucher")] = VOUCHER_TYPEHASH;
        typeHashes[keccak256("GrantRequest")] = GRANT_REQUEST_TYPEHASH;
        typeHashes[keccak256("Grant")] = GRANT_TYPEHASH;
    }

    function test_EveryTypeIsHashedAsTheVectorsSay() public view {
        vm.assertGe(count, 8, "vectors are missing");
        for (uint256 i; i < count; ++i) {
            string memory typeString = vm.parseJsonString(json, at(i, "typeString"));
            bytes32 typeHash = typeHashes[keccak256(bytes(vm.parseJsonString(json, at(i, "type"))))];
            vm.assertEq(typeHash, keccak256(bytes(typeString)), "the type differs");
            vm.assertEq(typeHash, vm.parseJsonBytes32(json, at(i, "typeHash")), "the type hash differs");
            bytes32 structHash = keccak256(bytes.concat(typeHash, fieldsOf(i, bytes(typeString))));
            vm.assertEq(structHash, vm.parseJsonBytes32(json, at(i, "structHash")), "the struct hash differs");
            bytes32 domain = vm.parseJsonBytes32(json, at(i, "domainSeparator"));
            vm.assertEq(
                keccak256(abi.encodePacked("\x19\x01", domain, structHash)),
                vm.parseJsonBytes32(json, at(i, "digest")),
                "the digest differs"
            );
        }
    }

    function test_EverySignatureBelongsToItsSigner() public view {
        for (uint256 i; i < count; ++i) {
            bytes memory it = vm.parseJsonBytes(json, at(i, "signature"));
            (bytes32 r, bytes32 s) = (word(it, 0), word(it, 32));
            vm.assertLe(uint256(s), HALF_ORDER, "s is high");
            vm.assertEq(
                ecrecover(vm.parseJsonBytes32(json, at(i, "digest")), uint8(it[64]), r, s),
                vm.parseJsonAddress(json, at(i, "signer"))
            );
        }
    }

    function test_TheContractsSignUnderTheDomainsOfTheVectors() public {
        deployNodes();
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        place(address(nodes), ".nodes");
        place(address(new Escrow(nodes)), ".escrow");
        place(address(new Datasets()), ".datasets");
        for (uint256 i; i < count; ++i) {
            bytes32 name = keccak256(bytes(vm.parseJsonString(json, at(i, "type"))));
            string memory home = ".nodes";
            if (name == keccak256("Voucher")) home = ".escrow";
            if (name == keccak256("Grant") || name == keccak256("GrantRequest")) home = ".datasets";
            // All three answer DOMAIN_SEPARATOR alike.
            bytes32 domain = Datasets(vm.parseJsonAddress(json, home)).DOMAIN_SEPARATOR();
            vm.assertEq(domain, vm.parseJsonBytes32(json, at(i, "domainSeparator")), "the domain differs");
        }
    }

    function test_DatasetsHashesGrantsAsTheVectorsSay() public {
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        place(address(new Datasets()), ".datasets");
        Datasets datasets = Datasets(vm.parseJsonAddress(json, ".datasets"));
        uint256 seen;
        for (uint256 i; i < count; ++i) {
            if (keccak256(bytes(vm.parseJsonString(json, at(i, "type")))) != keccak256("Grant")) continue;
            bytes memory fields = fieldsOf(i, bytes(vm.parseJsonString(json, at(i, "typeString"))));
            IDatasets.Grant memory grant = abi.decode(fields, (IDatasets.Grant));
            vm.assertEq(datasets.grantDigestOf(grant), vm.parseJsonBytes32(json, at(i, "digest")), "the grant differs");
            ++seen;
        }
        vm.assertGe(seen, 1, "no grant among the vectors");
    }

    function place(address from, string memory key) private {
        vm.etch(vm.parseJsonAddress(json, key), from.code);
    }

    function at(uint256 index, string memory key) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(index), "].", key);
    }

    /// @dev The fields of a message, one word each: reads "Name(type name,type name)" from the first bracket on.
    function fieldsOf(uint256 index, bytes memory typeString) private view returns (bytes memory words) {
        uint256 start;
        while (typeString[start] != "(") ++start;
        bytes memory fieldType;
        for (uint256 i = ++start; i < typeString.length; ++i) {
            if (typeString[i] == " ") {
                (fieldType, start) = (slice(typeString, start, i), i + 1);
            } else if (typeString[i] == "," || typeString[i] == ")") {
                string memory key = at(index, string.concat("message.", string(slice(typeString, start, i))));
                (words, start) = (bytes.concat(words, valueOf(key, keccak256(fieldType))), i + 1);
            }
        }
    }

    function valueOf(string memory key, bytes32 fieldType) private view returns (bytes32) {
        if (fieldType == keccak256("string")) return keccak256(bytes(vm.parseJsonString(json, key)));
        if (fieldType == keccak256("bytes32")) return vm.parseJsonBytes32(json, key);
        if (fieldType == keccak256("address")) return bytes32(uint256(uint160(vm.parseJsonAddress(json, key))));
        return bytes32(vm.parseJsonUint(json, key));
    }

    function slice(bytes memory all, uint256 from, uint256 to) private pure returns (bytes memory part) {
        part = new bytes(to - from);
        for (uint256 i; i < part.length; ++i) {
            part[i] = all[from + i];
        }
    }

    function word(bytes memory all, uint256 offset) private pure returns (bytes32 it) {
        assembly ("memory-safe") {
            it := mload(add(add(all, 32), offset))
        }
    }
}
