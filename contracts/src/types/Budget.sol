// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev A dataset's privacy budget in use, in one word. Micro-rho of zero-concentrated differential privacy.
///
///   255        128 127          64 63            0
///   ┌─────────────┬───────────────┬───────────────┐
///   │ zero (128)  │ spent (64)    │ reserved (64) │
///   └─────────────┴───────────────┴───────────────┘
///
/// spent + reserved never exceeds the dataset's cap; `spent` only grows.
type Budget is uint256;

using {spent, reserved, withReserved, withSettled} for Budget global;

function spent(Budget self) pure returns (uint64) {
    return uint64(Budget.unwrap(self) >> 64);
}

function reserved(Budget self) pure returns (uint64) {
    return uint64(Budget.unwrap(self));
}

/// @dev With `microRho` more reserved. The sum is checked.
function withReserved(Budget self, uint64 microRho) pure returns (Budget) {
    return Budget.wrap((uint256(spent(self)) << 64) | (reserved(self) + microRho));
}

/// @dev With a reservation ended and `spentMicroRho` of it spent. The caller has checked spentMicroRho <= reservation.
function withSettled(Budget self, uint64 reservation, uint64 spentMicroRho) pure returns (Budget) {
    return Budget.wrap((uint256(spent(self) + spentMicroRho) << 64) | (reserved(self) - reservation));
}
