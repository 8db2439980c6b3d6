// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Rfc6962} from "../src/libraries/Rfc6962.sol";
import {Test} from "./support/Test.sol";

/// @dev The library takes paths from calldata.
contract Rfc6962Caller {
    function rootFromInclusion(bytes32 leaf, uint256 index, uint256 size, bytes32[] calldata path)
        external
        view
        returns (bytes32)
    {
        return Rfc6962.rootFromInclusion(leaf, index, size, path);
    }

    function verifyConsistency(uint256 m, uint256 n, bytes32 rootM, bytes32 rootN, bytes32[] calldata path)
        external
        view
        returns (bool)
    {
        return Rfc6962.verifyConsistency(m, n, rootM, rootN, path);
    }

    function gasOfNodeHash(bytes32 left, bytes32 right) external view returns (uint256 assembled, uint256 plain) {
        uint256 start = gasleft();
        bytes32 a = Rfc6962.nodeHash(left, right);
        assembled = start - gasleft();
        start = gasleft();
        bytes32 b = sha256(abi.encodePacked(bytes1(0x01), left, right));
        plain = start - gasleft();
        require(a == b);
    }
}

/// @dev The definitions of RFC 6962 section 2.1, word for word: recursive, over all the leaves.
contract Rfc6962Test is Test {
    Rfc6962Caller private immutable tree = new Rfc6962Caller();

    // ── The slow and obvious twin
    // ───────────────────────────────────────────────────────────────────────────────────

    function leafOf(uint256 seed, uint256 index) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0), seed, index));
    }

    function leavesOf(uint256 seed, uint256 n) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](n);
        for (uint256 i; i < n; ++i) {
            leaves[i] = leafOf(seed, i);
        }
    }

    /// @dev Root of leaves [from, to).
    function rootOf(bytes32[] memory leaves, uint256 from, uint256 to) private pure returns (bytes32) {
        if (to == from) return sha256("");
        if (to - from == 1) return leaves[from];
        uint256 middle = from + split(to - from);
        return sha256(abi.encodePacked(bytes1(0x01), rootOf(leaves, from, middle), rootOf(leaves, middle, to)));
    }

    function rootOf(bytes32[] memory leaves) private pure returns (bytes32) {
        return rootOf(leaves, 0, leaves.length);
    }

    /// @dev The largest power of two below n.
    function split(uint256 n) private pure returns (uint256 k) {
        k = 1;
        while (2 * k < n) k *= 2;
    }

    function pathOf(bytes32[] memory leaves, uint256 index, uint256 from, uint256 to)
        private
        pure
        returns (bytes32[] memory)
    {
        if (to - from == 1) return new bytes32[](0);
        uint256 middle = from + split(to - from);
        if (index < middle) return with(pathOf(leaves, index, from, middle), rootOf(leaves, middle, to));
        return with(pathOf(leaves, index, middle, to), rootOf(leaves, from, middle));
    }

    function pathOf(bytes32[] memory leaves, uint256 index) private pure returns (bytes32[] memory) {
        return pathOf(leaves, index, 0, leaves.length);
    }

    /// @dev SUBPROOF(m, D[from:to], isWhole).
    function subproof(bytes32[] memory leaves, uint256 m, uint256 from, uint256 to, bool isWhole)
        private
        pure
        returns (bytes32[] memory)
    {
        if (m == to - from) {
            return isWhole ? new bytes32[](0) : with(new bytes32[](0), rootOf(leaves, from, to));
        }
        uint256 k = split(to - from);
        if (m <= k) {
            return with(subproof(leaves, m, from, from + k, isWhole), rootOf(leaves, from + k, to));
        }
        return with(subproof(leaves, m - k, from + k, to, false), rootOf(leaves, from, from + k));
    }

    function with(bytes32[] memory path, bytes32 last) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](path.length + 1);
        for (uint256 i; i < path.length; ++i) {
            longer[i] = path[i];
        }
        longer[path.length] = last;
    }

    function withoutLast(bytes32[] memory path) private pure returns (bytes32[] memory shorter) {
        shorter = new bytes32[](path.length - 1);
        for (uint256 i; i < shorter.length; ++i) {
            shorter[i] = path[i];
        }
    }

    /// @dev The root a path gives, zero where it is refused.
    function rootIfAny(bytes32 leaf, uint256 index, uint256 size, bytes32[] memory path)
        private
        view
        returns (bytes32)
    {
        try tree.rootFromInclusion(leaf, index, size, path) returns (bytes32 root) {
            return root;
        } catch {
            return 0;
        }
    }

    // ── Published vectors
    // ───────────────────────────────────────────────────────────────────────────────────────────

    function test_TheReferenceTreeHasThePublishedRootsAndProofs() public view {
        string memory json = vm.readFile("../vectors/rfc6962.json");
        bytes32[] memory leaves = new bytes32[](8);
        for (uint256 i; i < 8; ++i) {
            leaves[i] = Rfc6962.leafHash(hexOf(json, at("leaves", i)));
        }
        for (uint256 n; n <= 8; ++n) {
            vm.assertEq(rootOf(leaves, 0, n), bytes32(hexOf(json, at("roots", n))), "a root");
        }
        uint256 cases;
        for (; vm.keyExistsJson(json, at("inclusion", cases)); ++cases) {
            string memory it = at("inclusion", cases);
            uint256 index = vm.parseJsonUint(json, string.concat(it, ".index"));
            uint256 size = vm.parseJsonUint(json, string.concat(it, ".size"));
            bytes32[] memory path = proofOf(json, it);
            vm.assertEq(
                tree.rootFromInclusion(leaves[index], index, size, path), rootOf(leaves, 0, size), "an inclusion"
            );
        }
        vm.assertEq(cases, 36);
        for (cases = 0; vm.keyExistsJson(json, at("consistency", cases)); ++cases) {
            string memory it = at("consistency", cases);
            uint256 m = vm.parseJsonUint(json, string.concat(it, ".first"));
            uint256 n = vm.parseJsonUint(json, string.concat(it, ".second"));
            bytes32[] memory path = proofOf(json, it);
            vm.assertTrue(
                tree.verifyConsistency(m, n, rootOf(leaves, 0, m), rootOf(leaves, 0, n), path), "a consistency"
            );
        }
        vm.assertEq(cases, 36);
    }

    function at(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "]");
    }

    /// @dev The file writes hex without 0x.
    function hexOf(string memory json, string memory key) private pure returns (bytes memory) {
        return vm.parseBytes(string.concat("0x", vm.parseJsonString(json, key)));
    }

    function proofOf(string memory json, string memory key) private view returns (bytes32[] memory path) {
        string memory list = string.concat(key, ".proof[");
        for (uint256 i;; ++i) {
            string memory element = string.concat(list, vm.toString(i), "]");
            if (!vm.keyExistsJson(json, element)) return path;
            path = with(path, bytes32(hexOf(json, element)));
        }
    }

    // ── Leaves
    // ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function testFuzz_LeavesAreHashedBehindAZeroByte(bytes calldata data, bytes32 word, uint8 kind, bytes32 salt)
        public
        pure
    {
        vm.assertEq(Rfc6962.leafHash(data), sha256(abi.encodePacked(uint8(0), data)));
        vm.assertEq(Rfc6962.leafHash(word), Rfc6962.leafHash(abi.encodePacked(word)));
        vm.assertEq(Rfc6962.entryHash(kind, word, salt), Rfc6962.leafHash(abi.encodePacked(kind, word, salt)));
    }

    function testFuzz_NodesAreHashedBehindAOneByteAndNoMemoryIsLost(bytes32 left, bytes32 right) public view {
        bytes memory before = abi.encodePacked(left);
        bytes32 hash = Rfc6962.nodeHash(left, right);
        bytes memory afterwards = new bytes(96);
        vm.assertEq(hash, sha256(abi.encodePacked(uint8(1), left, right)));
        vm.assertEq(before, abi.encodePacked(left));
        vm.assertEq(keccak256(afterwards), keccak256(abi.encode(0, 0, 0)), "memory is handed out zeroed");
    }

    // ── Inclusion
    // ───────────────────────────────────────────────────────────────────────────────────────────────────

    function testFuzz_EveryLeafIsProvenByItsPath(uint256 seed, uint256 n, uint256 index) public view {
        n = within(n, 1, 90);
        index = within(index, 0, n - 1);
        bytes32[] memory leaves = leavesOf(seed, n);
        vm.assertEq(
            tree.rootFromInclusion(leaves[index], index, n, pathOf(leaves, index)), rootOf(leaves), "not the root"
        );
    }

    function testFuzz_NothingElseIsProven(uint256 seed, uint256 n, uint256 index, uint256 change) public view {
        n = within(n, 2, 90);
        index = within(index, 0, n - 1);
        bytes32[] memory leaves = leavesOf(seed, n);
        (bytes32 root, bytes32[] memory path) = (rootOf(leaves), pathOf(leaves, index));

        uint256 other = (index + within(change, 1, n - 1)) % n;
        vm.assertTrue(rootIfAny(leaves[index], other, n, path) != root, "under another index");
        vm.assertTrue(rootIfAny(leaves[other], index, n, path) != root, "another leaf");
        vm.assertEq(rootIfAny(leaves[index], index, n, with(path, bytes32(change))), 0, "a path too long");
        vm.assertEq(rootIfAny(leaves[index], index, n, withoutLast(path)), 0, "a path too short");
        vm.assertEq(rootIfAny(leaves[index], n, n, path), 0, "beyond the tree");
        uint256 place = change % path.length;
        path[place] ^= bytes32(1 << (change % 256));
        vm.assertTrue(rootIfAny(leaves[index], index, n, path) != root, "another path");
    }

    function test_TheRefusalsSayWhy() public {
        bytes32[] memory none;
        vm.expectRevert(abi.encodeWithSelector(Rfc6962.LeafBeyondTree.selector, 5, 5));
        tree.rootFromInclusion(0, 5, 5, none);
        vm.expectRevert(abi.encodeWithSelector(Rfc6962.LeafBeyondTree.selector, 0, 0));
        tree.rootFromInclusion(0, 0, 0, none);
        vm.expectRevert(abi.encodeWithSelector(Rfc6962.BadPathLength.selector, 0));
        tree.rootFromInclusion(0, 0, 2, none);
        vm.expectRevert(abi.encodeWithSelector(Rfc6962.BadPathLength.selector, 1));
        tree.rootFromInclusion(0, 0, 1, new bytes32[](1));
    }

    /// @dev Whoever made a root may lie about its size. What its proofs say of leftmost, rightmost and next stays true.
    function test_WhateverSizeIsClaimedEndsAndNeighboursAreReal() public view {
        for (uint256 n = 1; n <= 9; ++n) {
            bytes32[] memory leaves = leavesOf(n, n);
            bytes32 root = rootOf(leaves);
            for (uint256 claimed = 1; claimed <= 18; ++claimed) {
                uint256 before = type(uint256).max;
                for (uint256 index; index < claimed; ++index) {
                    uint256 real = type(uint256).max;
                    for (uint256 j; j < n; ++j) {
                        if (rootIfAny(leaves[j], index, claimed, pathOf(leaves, j)) != root) continue;
                        vm.assertTrue(real == type(uint256).max, "two leaves at one index");
                        real = j;
                    }
                    if (real != type(uint256).max) {
                        if (index == 0) vm.assertEq(real, 0, "not the first");
                        if (index == claimed - 1) vm.assertEq(real, n - 1, "not the last");
                        if (before != type(uint256).max) vm.assertEq(real, before + 1, "not the next");
                    } else if (claimed == n) {
                        vm.assertTrue(false, "a leaf cannot be proven");
                    }
                    before = real;
                }
            }
        }
    }

    /// @dev Why sizes must come from where they were signed: a root alone tells neither size nor number.
    function test_ARootAloneDoesNotTellItsSize() public view {
        bytes32[] memory leaves = leavesOf(1, 4);
        bytes32[] memory path = pathOf(leaves, 0);
        vm.assertEq(tree.rootFromInclusion(leaves[0], 0, 3, path), rootOf(leaves));
    }

    // ── Consistency
    // ─────────────────────────────────────────────────────────────────────────────────────────────────

    function test_EveryTreeBeginsEveryLongerOne() public view {
        bytes32[] memory leaves = leavesOf(7, 18);
        for (uint256 n; n <= 18; ++n) {
            for (uint256 m; m <= n; ++m) {
                bytes32[] memory path = m == 0 ? new bytes32[](0) : subproof(leaves, m, 0, n, true);
                vm.assertTrue(tree.verifyConsistency(m, n, rootOf(leaves, 0, m), rootOf(leaves, 0, n), path), "refused");
            }
        }
    }

    struct Claim {
        uint256 m;
        uint256 n;
        bytes32 rootM;
        bytes32 rootN;
        bytes32[] path;
    }

    function holds(Claim memory it) private view returns (bool) {
        return tree.verifyConsistency(it.m, it.n, it.rootM, it.rootN, it.path);
    }

    function claimOf(bytes32[] memory leaves, uint256 m) private pure returns (Claim memory) {
        uint256 n = leaves.length;
        return Claim(m, n, rootOf(leaves, 0, m), rootOf(leaves), subproof(leaves, m, 0, n, true));
    }

    function testFuzz_OnlyTheProofItselfHolds(uint256 seed, uint256 m, uint256 n, uint256 change) public view {
        n = within(n, 2, 60);
        m = within(m, 1, n - 1);
        bytes32[] memory leaves = leavesOf(seed, n);
        Claim memory it = claimOf(leaves, m);
        bytes32 bit = bytes32(1 << (change % 256));
        vm.assertTrue(holds(it), "the proof itself");

        vm.assertTrue(!holds(Claim(n, m, it.rootN, it.rootM, it.path)), "backwards");
        vm.assertTrue(!holds(Claim(0, n, it.rootM, it.rootN, it.path)), "from nothing");
        vm.assertTrue(!holds(Claim(m, n, it.rootM ^ bit, it.rootN, it.path)), "another old root");
        vm.assertTrue(!holds(Claim(m, n, it.rootM, it.rootN ^ bit, it.path)), "another new root");
        vm.assertTrue(!holds(Claim(m, n, it.rootM, it.rootN, with(it.path, bit))), "too long");
        vm.assertTrue(!holds(Claim(m, n, it.rootM, it.rootN, withoutLast(it.path))), "too short");
        it.path[change % it.path.length] ^= bit;
        vm.assertTrue(!holds(it), "another path");
    }

    function testFuzz_ATreeThatWasRewrittenIsConsistentWithNothingBefore(
        uint256 seed,
        uint256 m,
        uint256 n,
        uint256 change
    ) public view {
        n = within(n, 2, 60);
        m = within(m, 1, n - 1);
        bytes32[] memory leaves = leavesOf(seed, n);
        Claim memory honest = claimOf(leaves, m);
        leaves[change % m] = ~leaves[change % m];
        Claim memory forged = claimOf(leaves, m);
        vm.assertTrue(!holds(Claim(m, n, honest.rootM, forged.rootN, honest.path)), "with the old proof");
        vm.assertTrue(!holds(Claim(m, n, honest.rootM, forged.rootN, forged.path)), "with one of the new tree");
    }

    /// @dev Roots of larger trees, which a path that goes on would lead to.
    function test_APathHasOneLengthEvenWhereALongerOneLeadsToTheRoots() public view {
        bytes32[] memory it = leavesOf(1, 4);
        bytes32[] memory path = new bytes32[](4);
        (path[0], path[1], path[2], path[3]) = (it[2], it[3], Rfc6962.nodeHash(it[0], it[1]), leafOf(2, 0));
        bytes32 rootM = Rfc6962.nodeHash(path[3], rootOf(it, 0, 3));
        bytes32 rootN = Rfc6962.nodeHash(path[3], rootOf(it));
        vm.assertTrue(holds(Claim(3, 4, rootOf(it, 0, 3), rootOf(it), withoutLast(path))), "the proof itself");
        vm.assertTrue(!holds(Claim(3, 4, rootM, rootN, path)), "too long");
    }

    function testFuzz_NothingBeginsEverythingAndOnlyWithItsOwnRoot(bytes32 root, bytes32 wrong, uint256 n) public view {
        bytes32[] memory none;
        vm.assume(wrong != sha256("") && n != 0);
        vm.assertEq(Rfc6962.EMPTY_ROOT, sha256(""));
        vm.assertTrue(tree.verifyConsistency(0, n, sha256(""), root, none), "nothing begins everything");
        vm.assertTrue(!tree.verifyConsistency(0, n, wrong, root, none), "not its root");
        vm.assertTrue(!tree.verifyConsistency(0, n, sha256(""), root, new bytes32[](1)), "a path");
        vm.assertTrue(tree.verifyConsistency(0, 0, sha256(""), sha256(""), none), "nothing is nothing");
        vm.assertTrue(!tree.verifyConsistency(0, 0, wrong, wrong, none), "nothing has one root");
        vm.assertTrue(tree.verifyConsistency(n, n, root, root, none), "a tree begins itself");
        vm.assertTrue(root == wrong || !tree.verifyConsistency(n, n, root, wrong, none), "one size, one root");
        vm.assertTrue(!tree.verifyConsistency(n, n, root, root, new bytes32[](1)), "with a path");
    }

    /// @dev A million leaves: 20 hashes. Committed so that a change of the loop shows.
    function test_AProofOfAMillionLeavesCostsLittle() public view {
        bytes32[] memory path = new bytes32[](20);
        uint256 start = gasleft();
        tree.rootFromInclusion(bytes32(uint256(1)), 699_050, 1 << 20, path);
        vm.assertLe(start - gasleft(), 18_000, "too dear");
        (uint256 assembled, uint256 plain) = tree.gasOfNodeHash(bytes32(uint256(1)), bytes32(uint256(2)));
        vm.assertTrue(assembled < plain, "assembly does not pay");
    }
}
