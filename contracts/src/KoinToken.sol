// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title KOIN: what nodes stake and what members vote with.
/// @notice ERC-20 with permit (ERC-2612) and votes (ERC-5805, block numbers). The whole supply exists from the first
/// block; nobody can mint, freeze or take it. Holders may burn their own, which is how a slash leaves circulation.
contract KoinToken is ERC20, ERC20Burnable, ERC20Permit, ERC20Votes {
    /// @param holder Receives the whole supply.
    /// @param supply In base units, 18 decimals.
    constructor(address holder, uint256 supply) ERC20("Koin", "KOIN") ERC20Permit("Koin") {
        _mint(holder, supply);
    }

    /// @dev A stake is packed into 104 bits (see Nodes), so no amount of KOIN may exceed them.
    function _maxSupply() internal pure override returns (uint256) {
        return type(uint104).max;
    }

    function _update(address from, address to, uint256 amount) internal override(ERC20, ERC20Votes) {
        super._update(from, to, amount);
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }
}
