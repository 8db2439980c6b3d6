// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Bls12381: BLS signatures in G1 with public keys in G2, by the precompiles of EIP-2537.
/// @notice A field element is 64 bytes big-endian, of which the first 16 are zero; a point of G1 is x ‖ y, one of G2
/// x.c0 ‖ x.c1 ‖ y.c0 ‖ y.c1; all zeros is the point at infinity. The precompiles refuse coordinates of p or more
/// and
/// points off the curve; the pairing refuses points outside the subgroup, too. Where a precompile is missing, nothing
/// is valid.
library Bls12381 {
    address private constant MODEXP = address(0x05);
    address private constant G1ADD = address(0x0b);
    address private constant PAIRING = address(0x0f);
    address private constant MAP_FP_TO_G1 = address(0x10);

    /// @dev The field's prime p, and (p - 1) / 2 in two parts.
    bytes private constant P =
        hex"000000000000000000000000000000001a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";
    uint256 private constant HALF_P_HIGH = 0x0d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_P_LOW = 0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;

    /// @dev The generator of G2, negated.
    bytes private constant NEGATED_G2 = hex"00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
        hex"0000000000000000000000000000000013e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
        hex"000000000000000000000000000000000d1b3cc2c7027888be51d9ef691d77bcb679afda66c73f17f9ee3837a55024f78c71363275a75d75d86bab79f74782aa"
        hex"0000000000000000000000000000000013fa4d4a0ad8b1ce186ed5061789213d993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed";

    error PrecompileFailed(address precompile);

    /// @notice Whether `signature` (G1) is that of `publicKey` (G2) over the point `message` (G1), that is whether
    /// e(signature, g2) = e(message, publicKey). False for whatever is no point of its subgroup. Infinity is up to the
    /// caller: as a key it makes infinity a signature of everything.
    function isSigned(bytes memory publicKey, bytes memory message, bytes memory signature)
        internal
        view
        returns (bool)
    {
        (bool ok, bytes memory answer) = PAIRING.staticcall(bytes.concat(signature, NEGATED_G2, message, publicKey));
        return ok && uint256(bytes32(answer)) == 1;
    }

    /// @notice Whether `publicKey` is 256 bytes that name a point of the subgroup of G2 other than infinity.
    function isPublicKey(bytes memory publicKey) internal view returns (bool) {
        if (publicKey.length != 256 || keccak256(publicKey) == keccak256(new bytes(256))) return false;
        // The pairing with infinity is 1, and an error unless the other point is in its subgroup.
        (bool ok, bytes memory answer) = PAIRING.staticcall(bytes.concat(new bytes(128), publicKey));
        return ok && uint256(bytes32(answer)) == 1;
    }

    /// @notice hash_to_curve of BLS12381G1_XMD:SHA-256_SSWU_RO_ (RFC 9380, section 8.8.1): a point of G1 whose discrete
    /// logarithm nobody knows. @param dst Domain separation tag, up to 255 bytes.
    function hashToG1(bytes memory message, bytes memory dst) internal view returns (bytes memory point) {
        (bytes32 b1, bytes32 b2, bytes32 b3, bytes32 b4) =
            _expand(message, bytes.concat(dst, bytes1(uint8(dst.length))));
        // The map clears the cofactor; the sum of two points without it has none either.
        return _call(G1ADD, bytes.concat(_map(b1, b2), _map(b3, b4)), 128);
    }

    /// @notice The 48 bytes that stand for a point of G1 (x, y) other than infinity in the form of Zcash: x with its
    /// highest bit set, and the third where y is the larger of the two that x allows. A coordinate is given as its
    /// first 16 bytes and the 32 after them.
    function compressed(uint128 xHigh, bytes32 xLow, uint128 yHigh, bytes32 yLow) internal pure returns (bytes memory) {
        bool isLarger = yHigh > HALF_P_HIGH || (yHigh == HALF_P_HIGH && uint256(yLow) > HALF_P_LOW);
        // p has 381 bits, so these three bits are free.
        return abi.encodePacked(xHigh | (uint128(isLarger ? 5 : 4) << 125), xLow);
    }

    /// @dev expand_message_xmd with SHA-256 to 128 bytes (RFC 9380, section 5.3.1).
    function _expand(bytes memory message, bytes memory dst)
        private
        pure
        returns (bytes32 b1, bytes32 b2, bytes32 b3, bytes32 b4)
    {
        bytes32 b0 = sha256(bytes.concat(new bytes(64), message, hex"008000", dst));
        b1 = sha256(bytes.concat(b0, hex"01", dst));
        b2 = sha256(bytes.concat(b0 ^ b1, hex"02", dst));
        b3 = sha256(bytes.concat(b0 ^ b2, hex"03", dst));
        b4 = sha256(bytes.concat(b0 ^ b3, hex"04", dst));
    }

    /// @dev The point that 64 bytes, taken modulo p, are mapped to.
    function _map(bytes32 high, bytes32 low) private view returns (bytes memory) {
        bytes memory input = abi.encodePacked(uint256(64), uint256(1), uint256(64), high, low, uint8(1), P);
        return _call(MAP_FP_TO_G1, _call(MODEXP, input, 64), 128);
    }

    function _call(address precompile, bytes memory input, uint256 length) private view returns (bytes memory answer) {
        bool ok;
        (ok, answer) = precompile.staticcall(input);
        if (!ok || answer.length != length) revert PrecompileFailed(precompile);
    }
}
