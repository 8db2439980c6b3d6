// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Amounts on their way to maturity, in one word, however many claims they came from.
///
///   255            152 151             48 47            0
///   ┌─────────────────┬──────────────────┬───────────────┐
///   │ older (104)     │ newer (104)      │ window (48)   │
///   └─────────────────┴──────────────────┴───────────────┘
///
/// Time is cut into windows of one challenge window each. `newer` holds what was added during `window`, `older` what
/// was added during the one before. What was added during window w matures when window w + 2 begins: more than one
/// challenge window after it was added, and at most two.
type Maturing is uint256;

using {older, newer, window, total, rolled, plus, minus} for Maturing global;

function packMaturing(uint256 older_, uint256 newer_, uint256 window_) pure returns (Maturing) {
    return Maturing.wrap((older_ << 152) | (newer_ << 48) | window_);
}

function older(Maturing self) pure returns (uint104) {
    return uint104(Maturing.unwrap(self) >> 152);
}

function newer(Maturing self) pure returns (uint104) {
    return uint104(Maturing.unwrap(self) >> 48);
}

function window(Maturing self) pure returns (uint48) {
    return uint48(Maturing.unwrap(self));
}

function total(Maturing self) pure returns (uint104) {
    return older(self) + newer(self);
}

/// @dev The word brought forward to `current`, and what has matured on the way.
function rolled(Maturing self, uint48 current) pure returns (Maturing next, uint104 matured) {
    uint48 since = current - window(self);
    if (since == 0) return (self, 0);
    if (since == 1) return (packMaturing(newer(self), 0, current), older(self));
    return (packMaturing(0, 0, current), total(self));
}

/// @dev With `amount` added to the present window. The word must have been rolled; the sum is checked.
function plus(Maturing self, uint104 amount) pure returns (Maturing) {
    return packMaturing(older(self), newer(self) + amount, window(self));
}

/// @dev With `amount <= total` taken away, the newest first: what has waited longest is nearest to being somebody's.
function minus(Maturing self, uint104 amount) pure returns (Maturing) {
    uint104 fromNewer = amount < newer(self) ? amount : newer(self);
    return packMaturing(older(self) - (amount - fromNewer), newer(self) - fromNewer, window(self));
}
