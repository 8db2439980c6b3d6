// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BlockBeacon} from "../src/beacons/BlockBeacon.sol";
import {DrandBeacon} from "../src/beacons/DrandBeacon.sol";
import {IBeacon} from "../src/interfaces/IBeacon.sol";
import {Bls12381} from "../src/libraries/Bls12381.sol";
import {Test} from "./support/Test.sol";

contract BlockBeaconTest is Test {
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    /// @dev The contract of EIP-2935, as every chain has it.
    bytes private constant HISTORY_CODE =
        hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

    BlockBeacon private beacon;

    function setUp() public {
        vm.roll(20_000);
        beacon = new BlockBeacon();
        vm.etch(HISTORY, "");
    }

    function unknown(uint64 round) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IBeacon.RoundUnknown.selector, round);
    }

    function test_TheNextBlockIsTheFirstThatNobodyKnows() public {
        uint64 round = beacon.roundAfter(vm.getBlockTimestamp(), 20_000);
        vm.assertEq(round, 20_001);
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(unknown(round));
            beacon.valueOf(round);
            vm.expectRevert(unknown(round));
            beacon.record(round, "");
            mine();
        }
        vm.setBlockhash(round, keccak256("hash"));
        vm.assertEq(beacon.valueOf(round), keccak256("hash"));
        vm.assertEq(beacon.kind(), "block");
    }

    function test_ABlockIsReadFor256BlocksAndAfterThatNeverUnlessItWasRecorded() public {
        vm.roll(20_256);
        vm.setBlockhash(20_000, keccak256("one"));
        vm.setBlockhash(20_001, keccak256("two"));
        vm.assertEq(beacon.valueOf(20_000), keccak256("one"));
        vm.expectEmit(address(beacon));
        emit IBeacon.Recorded(20_001, keccak256("two"));
        vm.assertEq(beacon.record(20_001, ""), keccak256("two"));

        vm.roll(40_000);
        vm.assertEq(beacon.valueOf(20_001), keccak256("two"));
        vm.assertEq(beacon.record(20_001, ""), keccak256("two"));
        vm.expectRevert(unknown(20_000));
        beacon.valueOf(20_000);
        vm.expectRevert(unknown(20_000));
        beacon.record(20_000, "");
    }

    function test_HistoryReachesBack8191BlocksWhereTheChainKeepsIt() public {
        vm.etch(HISTORY, HISTORY_CODE);
        vm.store(HISTORY, bytes32(uint256(20_000 % 8191)), keccak256("old"));
        vm.roll(20_000 + 8191);
        vm.assertEq(beacon.valueOf(20_000), keccak256("old"));
        vm.roll(20_000 + 8192);
        vm.expectRevert(unknown(20_000));
        beacon.valueOf(20_000);
        vm.roll(20_000 + 8191);
        beacon.record(20_000, "");
        vm.roll(60_000);
        vm.assertEq(beacon.valueOf(20_000), keccak256("old"));
    }

    /// @dev A chain may have the contract and not feed it.
    function test_HistoryThatKnowsNothingIsNoValue() public {
        vm.etch(HISTORY, HISTORY_CODE);
        vm.roll(21_000);
        vm.expectRevert(unknown(20_000));
        beacon.valueOf(20_000);
    }

    function test_ABlockTakesNoProof() public {
        vm.expectPartialRevert(IBeacon.RoundRefused.selector);
        beacon.record(19_999, hex"00");
    }

    function testFuzz_ARecordedValueNeverChanges(bytes32 hash, bytes32 other) public {
        vm.assume(hash != 0);
        vm.setBlockhash(19_999, hash);
        beacon.record(19_999, "");
        vm.setBlockhash(19_999, other);
        vm.assertEq(beacon.valueOf(19_999), hash);
        vm.record();
        vm.assertEq(beacon.record(19_999, ""), hash);
        (, bytes32[] memory writes) = vm.accesses(address(beacon));
        vm.assertEq(writes.length, 0, "written again");
    }
}

/// @dev vectors/drand.json comes from another implementation (contracts/scripts/drandVectors.ts).
contract DrandBeaconTest is Test {
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    uint256 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint64 private constant MARGIN = 30;

    string private json;
    DrandBeacon private quicknet;
    /// @dev A network whose secret is known, so that there are more rounds to try.
    DrandBeacon private network;

    function setUp() public {
        json = vm.readFile("../vectors/drand.json");
        quicknet = deploy(vm.parseJsonBytes(json, ".quicknet.publicKeyPoint"));
        network = deploy(vm.parseJsonBytes(json, ".testNetwork.publicKeyPoint"));
    }

    function deploy(bytes memory publicKey) private returns (DrandBeacon) {
        uint64 genesis = uint64(vm.parseJsonUint(json, ".quicknet.genesisTime"));
        return new DrandBeacon(genesis, uint64(vm.parseJsonUint(json, ".quicknet.periodSeconds")), publicKey, MARGIN);
    }

    function roundAt(string memory net, uint256 index) private pure returns (string memory) {
        return string.concat(".", net, ".rounds[", vm.toString(index), "]");
    }

    function numberOf(string memory round) private view returns (uint64) {
        return uint64(vm.parseJsonUint(json, string.concat(round, ".round")));
    }

    function proofOf(string memory round) private view returns (bytes memory) {
        return vm.parseJsonBytes(json, string.concat(round, ".proof"));
    }

    function valueOf(string memory round) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, string.concat(round, ".randomness"));
    }

    function assertRefused(uint64 round, bytes memory proof) private {
        vm.expectPartialRevert(IBeacon.RoundRefused.selector);
        network.record(round, proof);
        vm.expectRevert(abi.encodeWithSelector(IBeacon.RoundUnknown.selector, round));
        network.valueOf(round);
    }

    /// @dev x, y with y replaced by p - y.
    function negated(bytes memory proof) private pure returns (bytes memory result) {
        result = bytes.concat(proof);
        assembly ("memory-safe") {
            let low := mload(add(result, 96))
            let high := shr(128, mload(add(result, 80)))
            high := sub(sub(P_HIGH, high), gt(low, P_LOW))
            low := sub(P_LOW, low)
            mstore(add(result, 80), or(shl(128, high), shr(128, low)))
            mstore(add(result, 96), low)
        }
    }

    // ── Values
    // ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_AnHistoricRoundOfQuicknetIsRecorded() public {
        string memory it = roundAt("quicknet", 0);
        vm.assertEq(numberOf(it), 123);
        vm.expectRevert(abi.encodeWithSelector(IBeacon.RoundUnknown.selector, 123));
        quicknet.valueOf(123);
        vm.expectEmit(address(quicknet));
        emit IBeacon.Recorded(123, valueOf(it));
        vm.assertEq(quicknet.record(123, proofOf(it)), valueOf(it));
        vm.assertEq(quicknet.valueOf(123), valueOf(it));
        vm.assertEq(
            valueOf(it), sha256(vm.parseJsonBytes(json, string.concat(it, ".signature"))), "not drand's randomness"
        );
        vm.assertEq(quicknet.kind(), "drand-quicknet");
        vm.assertEq(quicknet.publicKey(), vm.parseJsonBytes(json, ".quicknet.publicKeyPoint"));
    }

    function test_EveryRoundOfTheVectorsIsRecordedWithEitherSignOfY() public {
        uint256 larger;
        uint256 count;
        for (; vm.keyExistsJson(json, roundAt("testNetwork", count)); ++count) {
            string memory it = roundAt("testNetwork", count);
            vm.assertEq(network.record(numberOf(it), proofOf(it)), valueOf(it));
            if (uint8(vm.parseJsonBytes(json, string.concat(it, ".signature"))[0]) & 0x20 != 0) ++larger;
        }
        vm.assertTrue(count >= 7 && larger > 0 && larger < count, "the vectors have one sign only");
    }

    function test_WhatIsRecordedStaysWhateverIsHandedInLater() public {
        string memory it = roundAt("testNetwork", 0);
        network.record(1, proofOf(it));
        vm.assertEq(network.record(1, "anything"), valueOf(it));
        vm.assertEq(network.valueOf(1), valueOf(it));
    }

    // ── Refusals
    // ────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_NothingButTheNetworksSignatureOfThisRoundIsTaken() public {
        bytes memory proof = proofOf(roundAt("testNetwork", 0));
        assertRefused(2, proof);
        assertRefused(1, proofOf(roundAt("quicknet", 0)));
        assertRefused(123, proofOf(roundAt("quicknet", 0)));
        assertRefused(1, negated(proof));
        vm.assertEq(negated(negated(proof)), proof);
        assertRefused(1, new bytes(96));
        network.record(1, proof);
    }

    function test_OtherShapesAreRefused() public {
        bytes memory proof = proofOf(roundAt("testNetwork", 0));
        assertRefused(1, "");
        assertRefused(1, bytes.concat(proof, hex"00"));
        assertRefused(1, new bytes(128));
        assertRefused(1, vm.parseJsonBytes(json, ".testNetwork.rounds[0].signature"));
        assertRefused(0, proof);
        // Flags of the compressed form.
        proof[0] |= 0x20;
        assertRefused(1, proof);
    }

    /// @dev The same point with x + p or y + p would have another sha-256: one round, two values.
    function test_CoordinatesBeyondTheFieldAreRefused() public {
        bytes memory proof = proofOf(roundAt("testNetwork", 0));
        for (uint256 offset = 32; offset <= 80; offset += 48) {
            bytes memory other = bytes.concat(proof);
            assembly ("memory-safe") {
                let place := add(other, offset)
                let low := add(mload(add(place, 16)), P_LOW)
                let high := add(add(shr(128, mload(place)), P_HIGH), lt(low, P_LOW))
                mstore(place, or(shl(128, high), shr(128, low)))
                mstore(add(place, 16), low)
            }
            assertRefused(1, other);
        }
    }

    function testFuzz_PointsOffTheCurveAreRefused(uint256 bit) public {
        bytes memory proof = proofOf(roundAt("testNetwork", 0));
        bit = within(bit, 0, 96 * 8 - 1);
        proof[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        assertRefused(1, proof);
    }

    /// @dev A point of the curve but not of the subgroup: (0, 2), of order 3. And a signature moved by it, which
    /// satisfies the equation if nobody looks at the subgroup: the pairing kills what is outside.
    function test_PointsOutsideTheSubgroupAreRefused() public {
        bytes memory small = new bytes(96);
        small[95] = 0x02;
        assertRefused(1, small);

        bytes memory proof = proofOf(roundAt("testNetwork", 0));
        (bool ok, bytes memory sum) = address(0x0b).staticcall(bytes.concat(padded(proof), padded(small)));
        vm.assertTrue(ok && sum.length == 128, "(0, 2) is on the curve");
        assertRefused(1, bytes.concat(slice(sum, 16, 48), slice(sum, 80, 48)));
    }

    function padded(bytes memory proof) private pure returns (bytes memory) {
        return bytes.concat(new bytes(16), slice(proof, 0, 48), new bytes(16), slice(proof, 48, 48));
    }

    function slice(bytes memory all, uint256 from, uint256 length) private pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i; i < length; ++i) {
            part[i] = all[from + i];
        }
    }

    function test_WhereThePrecompilesAreMissingNothingIsDeployedAndNothingRecorded() public {
        bytes memory publicKey = vm.parseJsonBytes(json, ".testNetwork.publicKeyPoint");
        bytes memory proof = proofOf(roundAt("testNetwork", 0));
        // What an account without code answers: success, and nothing.
        vm.mockCall(address(0x0f), "", "");
        vm.expectPartialRevert(DrandBeacon.BadNetwork.selector);
        new DrandBeacon(1, 3, publicKey, MARGIN);
        assertRefused(1, proof);
        vm.mockCall(address(0x10), "", "");
        vm.expectRevert(abi.encodeWithSelector(Bls12381.PrecompileFailed.selector, address(0x10)));
        network.record(1, proof);
    }

    function test_ABadKeyIsNotDeployed() public {
        bytes memory key = vm.parseJsonBytes(json, ".testNetwork.publicKeyPoint");
        bytes memory off = bytes.concat(key);
        off[255] ^= 0x01;
        bytes[5] memory bad = [
            new bytes(256),
            off,
            slice(key, 0, 255),
            bytes.concat(key, hex"00"),
            vm.parseJsonBytes(json, ".testNetwork.publicKey")
        ];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectPartialRevert(DrandBeacon.BadNetwork.selector);
            new DrandBeacon(1, 3, bad[i], MARGIN);
        }
        vm.expectPartialRevert(DrandBeacon.BadNetwork.selector);
        new DrandBeacon(1, 0, key, MARGIN);
    }

    // ── Hash to curve
    // ───────────────────────────────────────────────────────────────────────────────────────────────

    function test_MessagesAreHashedToG1AsTheRfcSays() public view {
        bytes memory dst = bytes(vm.parseJsonString(json, ".hashToG1.dst"));
        for (uint256 i; i < 3; ++i) {
            string memory it = string.concat(".hashToG1.cases[", vm.toString(i), "]");
            vm.assertEq(
                Bls12381.hashToG1(vm.parseJsonBytes(json, string.concat(it, ".message")), dst),
                vm.parseJsonBytes(json, string.concat(it, ".point"))
            );
        }
        dst = bytes(vm.parseJsonString(json, ".dst"));
        string memory round = roundAt("quicknet", 0);
        vm.assertEq(
            Bls12381.hashToG1(vm.parseJsonBytes(json, string.concat(round, ".message")), dst),
            vm.parseJsonBytes(json, string.concat(round, ".messagePoint"))
        );
    }

    /// @dev (p - 1) / 2 is the last y that is not the larger one of y and p - y.
    function test_TheSignInACompressedPointTurnsAtHalfOfTheField() public pure {
        bytes32 low = 0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;
        uint128 high = 0x0d0088f51cbff34d258dd3db21a5d66b;
        vm.assertEq(Bls12381.compressed(1, bytes32(uint256(2)), high, low)[0], bytes1(0x80));
        vm.assertEq(Bls12381.compressed(1, bytes32(uint256(2)), high, bytes32(uint256(low) + 1))[0], bytes1(0xa0));
        vm.assertEq(Bls12381.compressed(1, bytes32(uint256(2)), high + 1, 0)[0], bytes1(0xa0));
        vm.assertEq(
            Bls12381.compressed(1, bytes32(uint256(2)), high - 1, bytes32(type(uint256).max)),
            abi.encodePacked(uint128(1) | (uint128(1) << 127), uint256(2))
        );
    }

    // ── Rounds
    // ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function testFuzz_TheRoundAfterIsTheFirstPublishedBeyondTheMargin(uint256 timestamp) public view {
        timestamp = within(timestamp, 0, 1 << 48);
        uint64 round = quicknet.roundAfter(timestamp, 5);
        vm.assertTrue(quicknet.publishedAt(round) > timestamp + MARGIN, "known already");
        if (round > 1) vm.assertLe(quicknet.publishedAt(round - 1), timestamp + MARGIN, "not the first");
        vm.assertGe(quicknet.roundAfter(timestamp + 3, 9), round, "rounds went back");
    }

    function test_TimesOfRoundsAreThoseOfTheNetwork() public view {
        vm.assertEq(quicknet.publishedAt(1), 1_692_803_367);
        vm.assertEq(quicknet.publishedAt(123), 1_692_803_733);
        vm.assertEq(quicknet.roundAfter(0, 0), 1);
        vm.assertEq(quicknet.roundAfter(1_692_803_367 - MARGIN, 0), 2);
        vm.assertEq(quicknet.roundAfter(1_692_803_730 - MARGIN, 0), 123);
        vm.assertEq(quicknet.roundAfter(1_692_803_733 - MARGIN, 0), 124);
    }
}
