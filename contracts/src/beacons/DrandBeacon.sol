// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBeacon} from "../interfaces/IBeacon.sol";
import {Bls12381} from "../libraries/Bls12381.sol";

/// @title DrandBeacon: rounds of a drand network of the scheme bls-unchained-g1-rfc9380, such as quicknet.
/// @notice Every `period` seconds the network publishes a threshold signature over the number of the round. It can be
/// checked by anyone with the network's one public key, at any time later, so a round that was not recorded is not
/// lost: whoever needs it fetches it from any drand relay and records it. For each key and round there is exactly one
/// signature, and the value is its sha-256, as drand itself defines the randomness of a round.
contract DrandBeacon is IBeacon {
    using SafeCast for uint256;

    bytes private constant DST = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

    /// @notice When round 1 was published, unix seconds.
    uint64 public immutable genesis;
    /// @notice Seconds from one round to the next.
    uint64 public immutable period;
    /// @notice Seconds by which the time of a block may lag behind the clock when its contents are chosen.
    uint64 public immutable margin;

    // An immutable has at most 32 bytes; the key in storage would cost 17,000 gas a round more.
    bytes32 private immutable _key0;
    bytes32 private immutable _key1;
    bytes32 private immutable _key2;
    bytes32 private immutable _key3;
    bytes32 private immutable _key4;
    bytes32 private immutable _key5;
    bytes32 private immutable _key6;
    bytes32 private immutable _key7;

    mapping(uint64 round => bytes32) private _values;

    /// @notice No period, or no public key: a point of G2 other than infinity, 256 bytes as EIP-2537 writes it.
    error BadNetwork();

    /// @param margin_ Whoever makes a block whose time lags behind the clock knows rounds already that are published
    /// after that time, so this must be more than any block's time can lag: a few slots where proposers follow a clock,
    /// the sequencer's allowed drift on a rollup. It costs nothing but waiting for the draw.
    constructor(uint64 genesis_, uint64 period_, bytes memory publicKey_, uint64 margin_) {
        if (period_ == 0 || !Bls12381.isPublicKey(publicKey_)) revert BadNetwork();
        genesis = genesis_;
        period = period_;
        margin = margin_;
        bytes32[8] memory words = abi.decode(publicKey_, (bytes32[8]));
        (_key0, _key1, _key2, _key3) = (words[0], words[1], words[2], words[3]);
        (_key4, _key5, _key6, _key7) = (words[4], words[5], words[6], words[7]);
    }

    /// @dev The first round published more than `margin` after `timestamp`.
    function roundAfter(uint256 timestamp, uint256) external view returns (uint64) {
        uint256 latest = timestamp + margin;
        if (latest < genesis) return 1;
        return ((latest - genesis) / period + 2).toUint64();
    }

    /// @notice When `round` (from 1) is published, unix seconds.
    function publishedAt(uint64 round) external view returns (uint256) {
        return genesis + uint256(period) * (round - 1);
    }

    /// @param proof The signature as the point it stands for: x ‖ y, 48 bytes each. (drand hands out 48 bytes, x and
    /// the sign of y; to find y here would take a root by modexp.)
    /// @dev What is no point at all costs all gas but a 64th, as EIP-2537 wants it: simulate first.
    function record(uint64 round, bytes calldata proof) external returns (bytes32 value) {
        value = _values[round];
        if (value != 0) return value;
        if (round == 0) revert RoundRefused(round, "rounds start at 1");
        if (proof.length != 96) revert RoundRefused(round, "96 bytes x, y are the proof");

        (uint128 xHigh, bytes32 xLow) = (uint128(bytes16(proof[0:16])), bytes32(proof[16:48]));
        (uint128 yHigh, bytes32 yLow) = (uint128(bytes16(proof[48:64])), bytes32(proof[64:96]));
        bytes memory signature = abi.encode(xHigh, xLow, yHigh, yLow);
        bytes memory message = Bls12381.hashToG1(abi.encodePacked(sha256(abi.encodePacked(round))), DST);
        if (!Bls12381.isSigned(publicKey(), message, signature)) {
            revert RoundRefused(round, "not the network's signature");
        }

        value = sha256(Bls12381.compressed(xHigh, xLow, yHigh, yLow));
        _values[round] = value;
        emit Recorded(round, value);
    }

    function valueOf(uint64 round) external view returns (bytes32 value) {
        value = _values[round];
        if (value == 0) revert RoundUnknown(round);
    }

    function kind() external pure returns (bytes32) {
        return "drand-quicknet";
    }

    /// @notice The network's public key: a point of G2 as EIP-2537 writes it.
    function publicKey() public view returns (bytes memory) {
        return abi.encodePacked(_key0, _key1, _key2, _key3, _key4, _key5, _key6, _key7);
    }
}
