// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Rfc6962: the Merkle trees of logs and execution traces (RFC 6962 section 2.1; algorithms of RFC 9162, 2.1.3.2
/// and 2.1.4.2). Everything is sha-256.
/// @notice Index and size fix on which side each hash of an inclusion path stands, and how many there are. What a root
/// binds is those sides, so two proofs against one root under one size hold whatever that size: index 0 is the leftmost
/// leaf, index size - 1 the rightmost, and index i + 1 the very next after i. A root alone does *not* bind a size, nor
/// a number other than 0 to a leaf: H(a, b) is the root of two leaves, and the last of 5 leaves has a path of one
/// hash, just as the last of 2. Take the size from where it was signed or anchored together with the root.
/// A leaf is what `leafHash` made of data: hand in no hash of a leaf that somebody else computed, or an inner node
/// passes for one.
library Rfc6962 {
    /// @notice There is no such leaf in a tree of this size.
    error LeafBeyondTree(uint256 index, uint256 size);
    /// @notice An inclusion path has one length only for an index and a size.
    error BadPathLength(uint256 length);

    /// @notice Root of a tree without leaves: sha-256 of nothing.
    bytes32 internal constant EMPTY_ROOT = 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855;

    /// @notice sha256(0x00 ‖ data).
    function leafHash(bytes memory data) internal pure returns (bytes32) {
        return sha256(bytes.concat(bytes1(0), data));
    }

    /// @notice sha256(0x00 ‖ word): the leaf of a step of a trace, whose data is a state root.
    function leafHash(bytes32 word) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0), word));
    }

    /// @notice sha256(0x00 ‖ type(1) ‖ digest ‖ salt): the leaf of an entry of a node's log.
    function entryHash(uint8 entryType, bytes32 digest, bytes32 salt) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0), entryType, digest, salt));
    }

    /// @notice sha256(0x01 ‖ left ‖ right).
    /// @dev By hand above the free memory: bytes.concat would take new memory and copy each time.
    function nodeHash(bytes32 left, bytes32 right) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, 1)
            mstore(add(free, 1), left)
            mstore(add(free, 33), right)
            if iszero(staticcall(gas(), 0x02, free, 65, 0x00, 0x20)) { revert(0, 0) }
            hash := mload(0x00)
        }
    }

    /// @notice The root of the tree of `size` leaves that has `leaf` at `index`, by the siblings in `path` from the
    /// leaf upwards. The caller compares it with the root it trusts.
    /// Reverts: LeafBeyondTree, BadPathLength.
    function rootFromInclusion(bytes32 leaf, uint256 index, uint256 size, bytes32[] calldata path)
        internal
        view
        returns (bytes32 root)
    {
        if (index >= size) revert LeafBeyondTree(index, size);
        root = leaf;
        // `last` is the index of the rightmost node of the level that `index` is on.
        uint256 last = size - 1;
        for (uint256 i; i < path.length; ++i) {
            if (last == 0) revert BadPathLength(path.length);
            if (index & 1 == 1 || index == last) {
                root = nodeHash(path[i], root);
                // The rightmost node has no sibling while it is an even one: it rises as it is.
                while (index & 1 == 0 && index != 0) {
                    index >>= 1;
                    last >>= 1;
                }
            } else {
                root = nodeHash(root, path[i]);
            }
            index >>= 1;
            last >>= 1;
        }
        if (last != 0) revert BadPathLength(path.length);
    }

    /// @notice Whether the tree of `m` leaves with root `rootM` is the beginning of the tree of `n` with `rootN`.
    /// A tree without leaves begins every tree, and every tree itself, both with an empty path.
    function verifyConsistency(uint256 m, uint256 n, bytes32 rootM, bytes32 rootN, bytes32[] calldata path)
        internal
        view
        returns (bool)
    {
        if (m > n) return false;
        if (m == n) return path.length == 0 && rootM == rootN && (m != 0 || rootM == EMPTY_ROOT);
        if (m == 0) return path.length == 0 && rootM == EMPTY_ROOT;

        // Where m is a power of two, its whole tree is a node of the other one, and the path leaves it out.
        bool isPower = m & (m - 1) == 0;
        if (path.length == 0) return false;
        bytes32 first = isPower ? rootM : path[0];
        bytes32 second = first;
        uint256 index = m - 1;
        uint256 last = n - 1;
        while (index & 1 == 1) {
            index >>= 1;
            last >>= 1;
        }
        for (uint256 i = isPower ? 0 : 1; i < path.length; ++i) {
            if (last == 0) return false;
            if (index & 1 == 1 || index == last) {
                first = nodeHash(path[i], first);
                second = nodeHash(path[i], second);
                while (index & 1 == 0 && index != 0) {
                    index >>= 1;
                    last >>= 1;
                }
            } else {
                second = nodeHash(second, path[i]);
            }
            index >>= 1;
            last >>= 1;
        }
        return last == 0 && first == rootM && second == rootN;
    }
}
