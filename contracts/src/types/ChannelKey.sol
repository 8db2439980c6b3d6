// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What a channel is between. Its hash is the channel's id, so none of it needs a slot.
/// @param payer Puts the money in and gets back what is left.
/// @param payee Is paid; a node's operator address where `coverage` is not zero.
/// @param token The ERC-20 that is paid.
/// @param signer The plain key that signs vouchers; often the payer itself. A contract wallet cannot sign vouchers, but
/// can open a channel whose signer is a key.
/// @param coverage The assurance the payer asks for: KOIN base units of free stake the payee must hold for every 1e18
/// base units of `token` it has claimed and that have not matured. Zero asks for none.
/// @param number Tells channels of the same parties apart.
struct ChannelKey {
    address payer;
    address payee;
    address token;
    address signer;
    uint128 coverage;
    uint64 number;
}

using {id} for ChannelKey global;

/// @dev keccak256(abi.encode(key)), hashed as it lies in calldata. Addresses or numbers with dirty upper bits would
/// give another id: that of a channel nobody can open, since opening reads every field, and reading checks it.
function id(ChannelKey calldata self) pure returns (bytes32 hash) {
    assembly ("memory-safe") {
        let free := mload(0x40)
        calldatacopy(free, self, 0xc0)
        hash := keccak256(free, 0xc0)
    }
}
