// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Lot} from "../src/libraries/Lot.sol";
import {Test} from "./support/Test.sol";

contract LotTest is Test {
    uint256 private constant SEEDS = 1000;
    uint256 private constant MAX_STAKE = type(uint104).max;

    function seedOf(uint256 number) private pure returns (bytes32) {
        return Lot.seed(keccak256(abi.encode("beacon", number)), keccak256(abi.encode("leaf", number)));
    }

    function nodeOf(uint256 number) private pure returns (address) {
        return address(bytes20(keccak256(abi.encode("node", number))));
    }

    /// @dev Whether `count` is what `trials` of chance `numerator / denominator` give, within five deviations.
    function assertLikely(uint256 count, uint256 trials, uint256 numerator, uint256 denominator, string memory what)
        private
        pure
    {
        assertNear(count * denominator, trials * numerator, trials * numerator * (denominator - numerator), what);
    }

    /// @dev |left - right| is at most five deviations, given their variance.
    function assertNear(uint256 left, uint256 right, uint256 variance, string memory what) private pure {
        uint256 distance = left > right ? left - right : right - left;
        vm.assertLe(distance, 5 * Math.sqrt(variance, Math.Rounding.Ceil), what);
    }

    // ── Hashes
    // ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function testFuzz_SeedsAreHashesOfWhatTheyAreDrawnFrom(bytes32 beacon, bytes32 other, uint8 round) public pure {
        vm.assertEq(Lot.seed(beacon, other), sha256(bytes.concat(beacon, other)));
        vm.assertEq(Lot.jurySeed(beacon, other, round), sha256(bytes.concat(beacon, other, bytes1(round))));
    }

    // ── Whether a leaf is audited
    // ───────────────────────────────────────────────────────────────────────────────────

    function testFuzz_AHigherRateAuditsWhateverALowerOneDoes(bytes32 leafSeed, uint32 low, uint32 high) public pure {
        if (low > high) (low, high) = (high, low);
        vm.assertTrue(!Lot.isAudited(leafSeed, low) || Lot.isAudited(leafSeed, high), "not monotonous");
        vm.assertTrue(!Lot.isAudited(leafSeed, 0), "rate 0");
        vm.assertTrue(Lot.isAudited(leafSeed, 1e6) && Lot.isAudited(leafSeed, type(uint32).max), "rate 1");
    }

    function test_AsManyLeavesAreAuditedAsTheRateSays() public pure {
        uint32[4] memory rates = [uint32(1_000), 20_000, 250_000, 900_000];
        for (uint256 r; r < rates.length; ++r) {
            uint256 count;
            for (uint256 i; i < 4 * SEEDS; ++i) {
                if (Lot.isAudited(seedOf(i), rates[r])) ++count;
            }
            assertLikely(count, 4 * SEEDS, rates[r], 1e6, "not at that rate");
        }
    }

    // ── Who audits
    // ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev be128(sha256(seed ‖ 1 ‖ k ‖ node)) * total < stake * 2^(128 + k), in 512 bits.
    function isDrawnSlowly(bytes32 leafSeed, uint8 k, address node, uint256 stake, uint256 total)
        private
        pure
        returns (bool)
    {
        bytes32 hash = sha256(bytes.concat(leafSeed, bytes1(0x01), bytes1(k), bytes20(node)));
        (uint256 leftHigh, uint256 left) = Math.mul512(uint256(hash) >> 128, total);
        (uint256 rightHigh, uint256 right) = Math.mul512(stake, 1 << 128);
        for (uint256 i; i < k; ++i) {
            (rightHigh, right) = ((rightHigh << 1) | (right >> 255), right << 1);
        }
        return leftHigh < rightHigh || (leftHigh == rightHigh && left < right);
    }

    function testFuzz_ADrawIsTheFormulaWithoutItsOverflows(
        bytes32 leafSeed,
        uint256 k,
        address node,
        uint256 stake,
        uint256 total
    ) public pure {
        k = within(k, 0, 127);
        total = within(total, 1, MAX_STAKE >> within(uint256(leafSeed), 0, 103));
        stake = within(stake, 0, total);
        // Also where the chance is neither 0 nor 1.
        if (uint256(leafSeed) & 1 == 1) stake >>= k;
        vm.assertEq(
            Lot.isDrawn(leafSeed, uint8(k), node, stake, total), isDrawnSlowly(leafSeed, uint8(k), node, stake, total)
        );
    }

    function testFuzz_WithoutStakeNobodyIsDrawnAndWithAllOfItAlways(
        bytes32 leafSeed,
        uint8 k,
        address node,
        uint256 total
    ) public pure {
        total = within(total, 1, MAX_STAKE);
        vm.assertTrue(!Lot.isDrawn(leafSeed, k, node, 0, total), "no stake");
        vm.assertTrue(!Lot.isDrawn(leafSeed, k, node, 0, 0), "no stake anywhere");
        vm.assertTrue(Lot.isDrawn(leafSeed, 0, node, total, total), "all of it");
        vm.assertTrue(Lot.isDrawn(leafSeed, 127, node, 1, total), "the last k");
        if (k > 127) vm.assertTrue(!Lot.isDrawn(leafSeed, k, node, total, total), "beyond the last k");
    }

    function test_ANodeIsDrawnAsOftenAsItsShareDoubledAtEachK() public pure {
        uint256 total = 1000e18;
        for (uint8 k; k < 5; ++k) {
            uint256 count;
            for (uint256 i; i < 2 * SEEDS; ++i) {
                if (Lot.isDrawn(seedOf(i), k, nodeOf(1), 40e18, total)) ++count;
            }
            assertLikely(count, 2 * SEEDS, 40 << k, 1000, "not its share");
        }
    }

    /// @dev Chances at one k are those of independent tosses: what is drawn at k says nothing of k + 1, nor of others.
    function test_DrawsOfDifferentNodesAndDifferentKAreIndependent() public pure {
        uint256 together;
        uint256 inARow;
        for (uint256 i; i < 2 * SEEDS; ++i) {
            bool one = Lot.isDrawn(seedOf(i), 0, nodeOf(1), 500, 1000);
            if (one && Lot.isDrawn(seedOf(i), 0, nodeOf(2), 500, 1000)) ++together;
            if (one && Lot.isDrawn(seedOf(i), 1, nodeOf(1), 250, 1000)) ++inARow;
        }
        assertLikely(together, 2 * SEEDS, 1, 4, "two nodes");
        assertLikely(inARow, 2 * SEEDS, 1, 4, "two k");
    }

    function test_SplittingAStakeBringsNoMoreDraws() public pure {
        uint256 whole;
        uint256 parts;
        for (uint256 i; i < SEEDS; ++i) {
            if (Lot.isDrawn(seedOf(i), 0, nodeOf(0), 200, 1000)) ++whole;
            for (uint256 part = 1; part <= 20; ++part) {
                if (Lot.isDrawn(seedOf(i), 0, nodeOf(part), 10, 1000)) ++parts;
            }
        }
        assertLikely(whole, SEEDS, 200, 1000, "whole");
        assertLikely(parts, 20 * SEEDS, 10, 1000, "in parts");
    }

    // ── Who sits on a jury
    // ──────────────────────────────────────────────────────────────────────────────────────────

    function testFuzz_SeatsAreTheShareRoundedDownOrUp(
        bytes32 jury,
        address node,
        uint256 stake,
        uint256 total,
        uint256 expected
    ) public pure {
        total = within(total, 1, MAX_STAKE);
        stake = within(stake, 0, total);
        expected = within(expected, 0, type(uint32).max);
        uint256 seats = Lot.seats(jury, node, stake, total, expected);
        uint256 floor = expected * stake / total;
        bool isUp;
        {
            bytes32 hash = sha256(bytes.concat(jury, bytes1(0x02), bytes20(node)));
            (uint256 leftHigh, uint256 left) = Math.mul512(uint256(hash) >> 128, total);
            (uint256 rightHigh, uint256 right) = Math.mul512(mulmod(expected, stake, total), 1 << 128);
            isUp = leftHigh < rightHigh || (leftHigh == rightHigh && left < right);
        }
        vm.assertEq(seats, floor + (isUp ? 1 : 0));
        vm.assertEq(Lot.seats(jury, node, 0, total, expected), 0, "no stake");
        vm.assertEq(Lot.seats(jury, node, 0, 0, expected), 0, "no stake anywhere");
        vm.assertEq(Lot.seats(jury, node, total, total, expected), expected, "all of it");
    }

    function test_JuriesHaveTheExpectedSizeOnAverageHoweverStakeIsSplit() public pure {
        uint256 few;
        uint256 many;
        uint256 smallest;
        for (uint256 i; i < SEEDS / 2; ++i) {
            bytes32 jury = Lot.jurySeed(keccak256(abi.encode(i)), bytes32(i), 0);
            // The stakes 1, 2, ..., 10 of 55, the largest whole and in 40 parts of 22.
            for (uint256 n = 1; n <= 9; ++n) {
                few += Lot.seats(jury, nodeOf(n), n * 88, 55 * 88, 7);
            }
            smallest += Lot.seats(jury, nodeOf(1), 88, 55 * 88, 7);
            for (uint256 part; part < 40; ++part) {
                many += Lot.seats(jury, nodeOf(100 + part), 22, 55 * 88, 7);
            }
            uint256 whole = Lot.seats(jury, nodeOf(10), 10 * 88, 55 * 88, 7);
            vm.assertTrue(whole == 1 || whole == 2, "1.27 seats");
            few += whole;
        }
        // Each rounding has a variance of 1/4 at most.
        assertNear(few, 7 * SEEDS / 2, 10 * SEEDS / 8, "the whole jury");
        assertNear(many * 55, 70 * SEEDS / 2, 55 * 55 * 40 * SEEDS / 8, "in parts");
        assertLikely(smallest, SEEDS / 2, 7, 55, "the smallest");
    }
}

/// @dev Holds the library to vectors/lot.json, which packages/protocol writes and meets.
contract LotVectorsTest is Test {
    string private json;

    function setUp() public {
        json = vm.readFile("../vectors/lot.json");
    }

    function at(string memory parent, string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(parent, ".", list, "[", vm.toString(index), "]");
    }

    function has(string memory key) private view returns (bool) {
        return vm.keyExistsJson(json, key);
    }

    function uintAt(string memory parent, string memory key) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(parent, key));
    }

    function wordAt(string memory parent, string memory key) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, string.concat(parent, key));
    }

    function test_LeavesAreAuditedAndNodesAreDrawnAsThePackagesSay() public view {
        uint256 count;
        for (uint256 i; has(at("", "draws", i)); ++i) {
            string memory it = at("", "draws", i);
            bytes32 seed = Lot.seed(wordAt(it, ".beacon"), wordAt(it, ".leaf"));
            vm.assertEq(seed, wordAt(it, ".seed"), "the seed");
            for (uint256 r; has(at(it, "rates", r)); ++r) {
                string memory rate = at(it, "rates", r);
                bool isAudited = vm.parseJsonBool(json, string.concat(rate, ".isAudited"));
                vm.assertEq(Lot.isAudited(seed, uint32(uintAt(rate, ".ratePpm"))), isAudited);
            }
            for (uint256 n; has(at(it, "nodes", n)); ++n) {
                count += checkNode(at(it, "nodes", n), seed, uintAt(it, ".total"));
            }
        }
        vm.assertGe(count, 100, "vectors are missing");
    }

    function checkNode(string memory it, bytes32 seed, uint256 total) private view returns (uint256 count) {
        address node = vm.parseJsonAddress(json, string.concat(it, ".node"));
        uint256 stake = uintAt(it, ".stake");
        for (; has(at(it, "drawn", count)); ++count) {
            string memory draw = at(it, "drawn", count);
            bool isDrawn = vm.parseJsonBool(json, string.concat(draw, ".isDrawn"));
            vm.assertEq(Lot.isDrawn(seed, uint8(uintAt(draw, ".round")), node, stake, total), isDrawn);
        }
    }

    function test_JurorsHaveTheSeatsThatThePackagesSay() public view {
        uint256 count;
        for (uint256 i; has(at("", "juries", i)); ++i) {
            string memory it = at("", "juries", i);
            bytes32 seed = Lot.jurySeed(wordAt(it, ".beacon"), wordAt(it, ".dispute"), uint8(uintAt(it, ".round")));
            vm.assertEq(seed, wordAt(it, ".seed"), "the seed");
            (uint256 total, uint256 expected) = (uintAt(it, ".total"), uintAt(it, ".expected"));
            for (uint256 n; has(at(it, "seats", n)); ++n) {
                string memory juror = at(it, "seats", n);
                address node = vm.parseJsonAddress(json, string.concat(juror, ".node"));
                vm.assertEq(
                    Lot.seats(seed, node, uintAt(juror, ".stake"), total, expected), uintAt(juror, ".seats"), "seats"
                );
                ++count;
            }
        }
        vm.assertGe(count, 30, "vectors are missing");
    }
}
