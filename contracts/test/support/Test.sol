// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {KoinToken} from "../../src/KoinToken.sol";
import {Nodes} from "../../src/Nodes.sol";
import {Vm} from "./Vm.sol";

/// @dev What every test starts from: a token, nodes, and people whose keys are known.
abstract contract Test {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    bool public constant IS_TEST = true;

    uint48 internal constant CHALLENGE_WINDOW = 1 days;
    uint256 internal constant SUPPLY = 1e27;
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    uint256 internal constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    address internal governor = address(0x60);
    address internal court = address(0xC0);
    KoinToken internal koin;
    Nodes internal nodes;

    function deployNodes() internal {
        vm.warp(START);
        vm.roll(100);
        koin = new KoinToken(address(this), SUPPLY);
        nodes = new Nodes(koin, governor, CHALLENGE_WINDOW, address(0));
    }

    function installCourt() internal {
        vm.prank(governor);
        nodes.proposeCourt(court);
        pass(nodes.COURT_DELAY());
        nodes.acceptCourt();
    }

    function registerNode(address operator, address owner) internal {
        vm.prank(operator);
        nodes.register(owner, hex"0025080212210102", 2, bytes32(0));
    }

    /// @dev A registered node with `amount` of active stake, given by this contract.
    function stakeNode(address operator, uint256 amount) internal {
        registerNode(operator, address(this));
        koin.approve(address(nodes), amount);
        nodes.stake(operator, amount);
    }

    function pass(uint256 time) internal {
        vm.warp(vm.getBlockTimestamp() + time);
        mine();
    }

    function mine() internal {
        vm.roll(vm.getBlockNumber() + 1);
    }

    /// @dev `value` brought into [low, high] by what is left of a division.
    function within(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + value % (high - low + 1);
    }

    function signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
