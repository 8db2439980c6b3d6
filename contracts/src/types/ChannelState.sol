// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev A whole channel in one word; its parties, token and signer live in its id (see ChannelKey).
///
///   255            152 151             48 47            0
///   ┌─────────────────┬──────────────────┬───────────────┐
///   │ deposit (104)   │ claimed (104)    │ closesAt (48) │
///   └─────────────────┴──────────────────┴───────────────┘
///
/// `deposit` is the sum of everything ever put in, `claimed` the total up to which vouchers are worthless; both only
/// grow, and `claimed <= deposit`. What the channel holds is their difference. `closesAt` is zero unless the payer has
/// asked to close, and then the unix second from which anybody may.
type ChannelState is uint256;

using {deposit, claimed, closesAt, held, topped, settled, closing, closed} for ChannelState global;

function packChannel(uint256 deposit_, uint256 claimed_, uint256 closesAt_) pure returns (ChannelState) {
    return ChannelState.wrap((deposit_ << 152) | (claimed_ << 48) | closesAt_);
}

function deposit(ChannelState self) pure returns (uint104) {
    return uint104(ChannelState.unwrap(self) >> 152);
}

function claimed(ChannelState self) pure returns (uint104) {
    return uint104(ChannelState.unwrap(self) >> 48);
}

function closesAt(ChannelState self) pure returns (uint48) {
    return uint48(ChannelState.unwrap(self));
}

/// @dev What is in the channel and not yet claimed.
function held(ChannelState self) pure returns (uint104) {
    return deposit(self) - claimed(self);
}

/// @dev With `amount` put in. The addition is checked: a channel's deposits can exceed 104 bits over its lifetime only
/// by moving 2^104 base units through it, and reverts then.
function topped(ChannelState self, uint104 amount) pure returns (ChannelState) {
    return packChannel(deposit(self) + amount, claimed(self), closesAt(self));
}

/// @dev With `claimed` moved up to `total`. The caller has checked claimed < total <= deposit.
function settled(ChannelState self, uint104 total) pure returns (ChannelState) {
    return packChannel(deposit(self), total, closesAt(self));
}

/// @dev With the closing time set.
function closing(ChannelState self, uint48 time) pure returns (ChannelState) {
    return packChannel(deposit(self), claimed(self), time);
}

/// @dev Emptied. `claimed` moves up to `deposit`, so that no voucher which could ever have been claimed before is worth
/// anything once the channel is opened again.
function closed(ChannelState self) pure returns (ChannelState) {
    return packChannel(deposit(self), deposit(self), 0);
}
