// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {INodes} from "../../src/interfaces/INodes.sol";
import {Test} from "../support/Test.sol";

/// @dev Plays three nodes with one owner and a court, and keeps its own books.
contract NodesHandler is Test {
    uint256 public constant NODES = 3;

    address[NODES] public operators = [address(0x01A), address(0x01B), address(0x01C)];
    mapping(address => uint256) public stakedIn;
    mapping(address => uint256) public paidOut;
    mapping(address => uint256) public lockedByCourt;
    mapping(address => uint64) public largestSize;
    mapping(address => mapping(uint64 size => bytes32)) public rootOfSize;
    mapping(address => INodes.Anchor[]) private _anchors;
    uint256 public rewritten;

    constructor() {
        deployNodes();
        installCourt();
        koin.approve(address(nodes), type(uint256).max);
        for (uint256 i; i < NODES; ++i) {
            registerNode(operators[i], address(this));
        }
    }

    function stake(uint256 who, uint256 amount) external {
        address operator = operators[who % NODES];
        amount = within(amount, 1, 1e21);
        nodes.stake(operator, amount);
        stakedIn[operator] += amount;
    }

    function requestUnstake(uint256 who, uint256 amount) external {
        address operator = operators[who % NODES];
        uint256 active = nodes.stakeOf(operator).active;
        if (active == 0) return;
        nodes.requestUnstake(operator, within(amount, 1, active));
    }

    function withdraw(uint256 who) external {
        address operator = operators[who % NODES];
        INodes.Stake memory it = nodes.stakeOf(operator);
        if (it.withdrawableAt == 0 || vm.getBlockTimestamp() < it.withdrawableAt) return;
        // Nothing leaves while the lien holds all of it.
        if (it.locked == it.active + it.unstaking) return;
        paidOut[operator] += nodes.withdraw(operator, address(0xAAAA));
    }

    function lock(uint256 who, uint256 amount) external {
        address operator = operators[who % NODES];
        INodes.Stake memory it = nodes.stakeOf(operator);
        amount = within(amount, 0, it.active + it.unstaking - it.locked);
        vm.prank(court);
        nodes.lock(operator, amount);
        lockedByCourt[operator] += amount;
    }

    function unlock(uint256 who, uint256 amount) external {
        address operator = operators[who % NODES];
        amount = within(amount, 0, lockedByCourt[operator]);
        vm.prank(court);
        nodes.unlock(operator, amount);
        lockedByCourt[operator] -= amount;
    }

    function slash(uint256 who, uint256 amount) external {
        address operator = operators[who % NODES];
        amount = within(amount, 0, lockedByCourt[operator]);
        vm.prank(court);
        nodes.slash(operator, amount, address(0xBBBB));
        lockedByCourt[operator] -= amount;
        paidOut[operator] += amount;
    }

    function anchor(uint256 who, uint64 step) external {
        address operator = operators[who % NODES];
        uint64 size = largestSize[operator] + uint64(within(step, 1, 100));
        bytes32 root = keccak256(abi.encode(operator, size));
        vm.prank(operator);
        nodes.anchor(size, root);
        (largestSize[operator], rootOfSize[operator][size]) = (size, root);
        _anchors[operator].push(nodes.head(operator));
    }

    function rewrite(uint256 who, uint64 size, bytes32 root) external {
        address operator = operators[who % NODES];
        size = uint64(within(size, 0, largestSize[operator]));
        if (nodes.anchorCount(operator) == 0 || rootOfSize[operator][size] == root) return;
        vm.prank(operator);
        try nodes.anchor(size, root) {
            ++rewritten;
        } catch {}
    }

    function wait(uint256 time) external {
        pass(within(time, 1, 1 days));
    }

    function activeTotal() public view returns (uint256 total) {
        for (uint256 i; i < NODES; ++i) {
            total += nodes.stakeOf(operators[i]).active;
        }
    }

    function heldTokens() external view returns (uint256) {
        return koin.balanceOf(address(nodes));
    }

    function stakeOf(uint256 who) external view returns (INodes.Stake memory) {
        return nodes.stakeOf(operators[who]);
    }

    function totalNow() external returns (uint256) {
        mine();
        return nodes.totalStakeAt(vm.getBlockNumber() - 1);
    }

    /// @dev Anchors made within the challenge window that cannot be read back as they were.
    function unreadableRoots(uint256 who) external view returns (uint256 missing) {
        address operator = operators[who];
        INodes.Anchor[] storage all = _anchors[operator];
        for (uint256 i = all.length; i > 0 && vm.getBlockTimestamp() < all[i - 1].anchoredAt + CHALLENGE_WINDOW; --i) {
            INodes.Anchor memory it = nodes.anchorAt(operator, i - 1);
            if (it.root != all[i - 1].root || it.size != all[i - 1].size) ++missing;
        }
    }

    function headOf(uint256 who) external view returns (uint64 size, bytes32 root) {
        INodes.Anchor memory it = nodes.head(operators[who]);
        return (it.size, it.root);
    }
}

contract NodesInvariants is Test {
    NodesHandler private handler;

    function setUp() public {
        handler = new NodesHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev What the handler's questions move is no move of the game.
    function excludeSelectors() public view returns (FuzzSelector[] memory excluded) {
        excluded = new FuzzSelector[](1);
        excluded[0].addr = address(handler);
        excluded[0].selectors = new bytes4[](1);
        excluded[0].selectors[0] = handler.totalNow.selector;
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function invariant_EveryStakedUnitIsHeldOrWasPaidOutOnceFromItsOwnNode() public view {
        uint256 sum;
        for (uint256 i; i < handler.NODES(); ++i) {
            INodes.Stake memory it = handler.stakeOf(i);
            address operator = handler.operators(i);
            uint256 held = uint256(it.active) + it.unstaking;
            vm.assertEq(held + handler.paidOut(operator), handler.stakedIn(operator), "a node is off its books");
            sum += held;
        }
        vm.assertEq(handler.heldTokens(), sum, "tokens and stakes differ");
    }

    function invariant_WhatIsLockedIsThereAndIsWhatTheCourtLocked() public view {
        for (uint256 i; i < handler.NODES(); ++i) {
            INodes.Stake memory it = handler.stakeOf(i);
            vm.assertLe(it.locked, uint256(it.active) + it.unstaking, "more is locked than there is");
            vm.assertEq(it.locked, handler.lockedByCourt(handler.operators(i)), "a lock came or went by itself");
        }
    }

    function invariant_TheTotalIsTheSumOfActiveStakes() public {
        vm.assertEq(handler.totalNow(), handler.activeTotal(), "the total differs");
    }

    function invariant_ALogNeverShrinksOrChanges() public view {
        vm.assertEq(handler.rewritten(), 0, "a log was rewritten");
        for (uint256 i; i < handler.NODES(); ++i) {
            (uint64 size, bytes32 root) = handler.headOf(i);
            address operator = handler.operators(i);
            vm.assertEq(size, handler.largestSize(operator), "the size is another");
            vm.assertEq(root, handler.rootOfSize(operator, size), "the root is another");
        }
    }

    function invariant_RootsOfTheChallengeWindowStayReadable() public view {
        for (uint256 i; i < handler.NODES(); ++i) {
            vm.assertEq(handler.unreadableRoots(i), 0, "a root was lost");
        }
    }
}
