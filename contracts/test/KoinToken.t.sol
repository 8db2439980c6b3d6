// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {KoinToken} from "../src/KoinToken.sol";
import {Test} from "./support/Test.sol";

contract KoinTokenTest is Test {
    function setUp() public {
        deployNodes();
    }

    function test_TheWholeSupplyExistsFromTheStart() public view {
        vm.assertEq(koin.totalSupply(), SUPPLY);
        vm.assertEq(koin.balanceOf(address(this)), SUPPLY);
        vm.assertEq(koin.decimals(), 18);
    }

    function test_TheSupplyFitsAPackedStake() public {
        new KoinToken(address(this), type(uint104).max);
        vm.expectRevert(
            abi.encodeWithSelector(
                ERC20Votes.ERC20ExceededSafeSupply.selector, uint256(type(uint104).max) + 1, type(uint104).max
            )
        );
        new KoinToken(address(this), uint256(type(uint104).max) + 1);
    }

    function test_VotesFollowTheTokensOnceDelegated() public {
        koin.delegate(address(0xDE));
        koin.transfer(address(0x1), 100);
        mine();
        vm.assertEq(koin.getVotes(address(0xDE)), SUPPLY - 100);
        vm.assertEq(koin.getPastVotes(address(0xDE), 100), SUPPLY - 100);
    }

    function test_WhatIsBurnedIsGone() public {
        koin.burn(100);
        vm.assertEq(koin.totalSupply(), SUPPLY - 100);
    }
}
