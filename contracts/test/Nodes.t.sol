// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Nodes} from "../src/Nodes.sol";
import {INodes} from "../src/interfaces/INodes.sol";
import {Test} from "./support/Test.sol";

contract NodesTest is Test {
    address private constant OPERATOR = address(0xA1);
    address private constant OWNER = address(0xA2);
    address private constant STRANGER = address(0xA3);
    bytes private constant PEER_ID = hex"00250802122103aa";

    function setUp() public {
        deployNodes();
        vm.prank(OPERATOR);
        nodes.register(OWNER, PEER_ID, 3, keccak256("metadata"));
        koin.approve(address(nodes), type(uint256).max);
    }

    // ── Registration
    // ────────────────────────────────────────────────────────────────────────────────────────────────

    function test_ANodeIsReadBackAsItWasRegistered() public view {
        INodes.Node memory it = nodes.node(OPERATOR);
        vm.assertEq(it.owner, OWNER);
        vm.assertEq(it.registeredAt, START);
        vm.assertEq(it.roles, 3);
        vm.assertEq(it.metadata, keccak256("metadata"));
        vm.assertEq(it.peerId, PEER_ID);
    }

    function test_AnOperatorBelongsToOneNodeForEver() public {
        vm.expectRevert(abi.encodeWithSelector(INodes.OperatorTaken.selector, OPERATOR, OWNER));
        vm.prank(OPERATOR);
        nodes.register(STRANGER, PEER_ID, 1, bytes32(0));
    }

    function test_NobodyRegistersSomebodyElsesKey() public {
        vm.prank(STRANGER);
        nodes.register(STRANGER, PEER_ID, 1, bytes32(0));
        vm.assertEq(nodes.node(OPERATOR).owner, OWNER);
        vm.assertEq(nodes.node(STRANGER).owner, STRANGER);
    }

    function test_ANodeNeedsAnOwner() public {
        vm.expectPartialRevert(INodes.ZeroAddress.selector);
        vm.prank(STRANGER);
        nodes.register(address(0), PEER_ID, 1, bytes32(0));
    }

    function test_APeerIdIsNeitherEmptyNorOverlong() public {
        vm.startPrank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(INodes.BadLength.selector, 0, 64));
        nodes.register(OWNER, "", 1, bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(INodes.BadLength.selector, 65, 64));
        nodes.register(OWNER, new bytes(65), 1, bytes32(0));
    }

    function test_OperatorAndOwnerDescribeTheNodeAndNobodyElse() public {
        vm.prank(OPERATOR);
        nodes.update(OPERATOR, hex"01", 8, keccak256("by operator"));
        vm.assertEq(nodes.node(OPERATOR).metadata, keccak256("by operator"));
        vm.prank(OWNER);
        nodes.update(OPERATOR, hex"02", 16, keccak256("by owner"));
        vm.assertEq(nodes.node(OPERATOR).peerId, hex"02");
        vm.assertEq(nodes.node(OPERATOR).roles, 16);
        vm.expectRevert(abi.encodeWithSelector(INodes.NotAuthorized.selector, STRANGER, OPERATOR));
        vm.prank(STRANGER);
        nodes.update(OPERATOR, hex"03", 1, bytes32(0));
    }

    function test_OnlyANodeAnnouncesItself() public {
        vm.expectEmit(address(nodes));
        emit INodes.Announced(OPERATOR, "/ip4/127.0.0.1/tcp/4001");
        vm.prank(OPERATOR);
        nodes.announce("/ip4/127.0.0.1/tcp/4001");
        vm.expectRevert(abi.encodeWithSelector(INodes.NotRegistered.selector, STRANGER));
        vm.prank(STRANGER);
        nodes.announce("/ip4/127.0.0.1/tcp/4001");
        vm.expectRevert(abi.encodeWithSelector(INodes.BadLength.selector, 1025, 1024));
        vm.prank(OPERATOR);
        nodes.announce(string(new bytes(1025)));
    }

    function test_OperatorsAreListedInOrderOfRegistration() public {
        for (uint160 i = 1; i <= 4; ++i) {
            registerNode(address(0xB0 + i), OWNER);
        }
        vm.assertEq(nodes.operatorCount(), 5);
        address[] memory page = nodes.operators(1, 3);
        vm.assertEq(page.length, 3);
        vm.assertEq(page[0], address(0xB1));
        vm.assertEq(page[2], address(0xB3));
        vm.assertEq(nodes.operators(4, type(uint256).max).length, 1);
        vm.assertEq(nodes.operators(5, 1).length, 0);
    }

    // ── Stake
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_AnybodyStakesAndOnlyTheOwnerTakesOut() public {
        nodes.stake(OPERATOR, 100);
        vm.assertEq(nodes.freeStake(OPERATOR), 100);
        for (uint160 i = 0; i < 2; ++i) {
            address caller = i == 0 ? OPERATOR : address(this);
            vm.expectRevert(abi.encodeWithSelector(INodes.NotAuthorized.selector, caller, OWNER));
            vm.prank(caller);
            nodes.requestUnstake(OPERATOR, 1);
            vm.expectRevert(abi.encodeWithSelector(INodes.NotAuthorized.selector, caller, OWNER));
            vm.prank(caller);
            nodes.withdraw(OPERATOR, caller);
        }
        vm.startPrank(OWNER);
        nodes.requestUnstake(OPERATOR, 60);
        pass(nodes.UNSTAKE_DELAY());
        nodes.withdraw(OPERATOR, OWNER);
        vm.assertEq(koin.balanceOf(OWNER), 60);
    }

    function test_StakeNeedsANodeAndAnAmount() public {
        vm.expectRevert(abi.encodeWithSelector(INodes.NotRegistered.selector, STRANGER));
        nodes.stake(STRANGER, 1);
        vm.expectPartialRevert(INodes.ZeroAmount.selector);
        nodes.stake(OPERATOR, 0);
    }

    function test_APermitStakesInOneTransactionEvenWhenSomebodyUsedItFirst() public {
        uint256 key = 0xBEEF;
        address staker = vm.addr(key);
        koin.transfer(staker, 50);
        bytes32 digest = keccak256(
            abi.encodePacked(
                "\x19\x01",
                koin.DOMAIN_SEPARATOR(),
                keccak256(
                    abi.encode(
                        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                        staker,
                        address(nodes),
                        50,
                        0,
                        START
                    )
                )
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        koin.permit(staker, address(nodes), 50, START, v, r, s);
        vm.prank(staker);
        nodes.stakeWithPermit(OPERATOR, 50, START, v, r, s);
        vm.assertEq(nodes.freeStake(OPERATOR), 50);
    }

    function test_WhatIsUnstakingGivesNoAssuranceAndWaitsOutTheDelay() public {
        nodes.stake(OPERATOR, 100);
        vm.startPrank(OWNER);
        nodes.requestUnstake(OPERATOR, 100);
        vm.assertEq(nodes.freeStake(OPERATOR), 0);
        uint48 at = uint48(START) + nodes.UNSTAKE_DELAY();
        vm.warp(at - 1);
        vm.expectRevert(abi.encodeWithSelector(INodes.NotWithdrawable.selector, OPERATOR, at));
        nodes.withdraw(OPERATOR, OWNER);
        vm.warp(at);
        nodes.withdraw(OPERATOR, OWNER);
        vm.expectRevert(abi.encodeWithSelector(INodes.NotWithdrawable.selector, OPERATOR, 0));
        nodes.withdraw(OPERATOR, OWNER);
    }

    function test_ASecondRequestStartsTheDelayAgain() public {
        nodes.stake(OPERATOR, 100);
        vm.startPrank(OWNER);
        nodes.requestUnstake(OPERATOR, 40);
        pass(nodes.UNSTAKE_DELAY() - 1);
        nodes.requestUnstake(OPERATOR, 10);
        pass(1);
        vm.expectPartialRevert(INodes.NotWithdrawable.selector);
        nodes.withdraw(OPERATOR, OWNER);
        pass(nodes.UNSTAKE_DELAY());
        vm.assertEq(nodes.withdraw(OPERATOR, OWNER), 50);
    }

    function test_NoMoreIsUnstakedThanIsActive() public {
        nodes.stake(OPERATOR, 100);
        vm.expectRevert(abi.encodeWithSelector(INodes.InsufficientStake.selector, OPERATOR, 101, 100));
        vm.prank(OWNER);
        nodes.requestUnstake(OPERATOR, 101);
    }

    function test_TheUnstakingDelayIsLongerThanAnyClaimTakesToMature() public view {
        vm.assertGe(nodes.UNSTAKE_DELAY(), 2 * uint256(nodes.CHALLENGE_WINDOW()) + 1, "a claim outlives the stake");
        vm.assertGe(nodes.COURT_DELAY(), uint256(nodes.UNSTAKE_DELAY()) + 1, "nobody could leave before a new court");
    }

    function testFuzz_StakeAtAnEarlierBlockIsWhatItWas(uint96[6] memory amounts, uint8 unstakeAt) public {
        uint256[7] memory expected;
        for (uint256 i; i < 6; ++i) {
            uint256 amount = within(amounts[i], 1, SUPPLY / 12);
            nodes.stake(OPERATOR, amount);
            expected[i + 1] = expected[i] + amount;
            if (i == unstakeAt % 6) {
                vm.prank(OWNER);
                nodes.requestUnstake(OPERATOR, amount);
                expected[i + 1] -= amount;
            }
            mine();
        }
        for (uint256 i; i < 7; ++i) {
            vm.assertEq(nodes.stakeAt(OPERATOR, 99 + i), expected[i]);
            vm.assertEq(nodes.totalStakeAt(99 + i), expected[i]);
        }
    }

    function test_TheStakeOfABlockIsKnownOnceItIsOver() public {
        vm.expectRevert(abi.encodeWithSelector(INodes.BlockNotOver.selector, 100, 100));
        nodes.stakeAt(OPERATOR, 100);
        vm.expectRevert(abi.encodeWithSelector(INodes.BlockNotOver.selector, 101, 100));
        nodes.totalStakeAt(101);
    }

    // ── Court
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_OnlyTheCourtLocksUnlocksAndSlashes() public {
        nodes.stake(OPERATOR, 100);
        installCourt();
        address[4] memory callers = [STRANGER, OWNER, OPERATOR, governor];
        for (uint256 i; i < callers.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(INodes.NotAuthorized.selector, callers[i], court);
            vm.startPrank(callers[i]);
            vm.expectRevert(reason);
            nodes.lock(OPERATOR, 1);
            vm.expectRevert(reason);
            nodes.unlock(OPERATOR, 1);
            vm.expectRevert(reason);
            nodes.slash(OPERATOR, 1, callers[i]);
            vm.stopPrank();
        }
    }

    function test_WithoutACourtNothingCanBeLocked() public {
        nodes.stake(OPERATOR, 100);
        vm.expectRevert(abi.encodeWithSelector(INodes.NotAuthorized.selector, court, address(0)));
        vm.prank(court);
        nodes.lock(OPERATOR, 1);
    }

    function test_WhatIsLockedCannotLeaveAndTheRestCan() public {
        nodes.stake(OPERATOR, 100);
        installCourt();
        vm.prank(court);
        nodes.lock(OPERATOR, 30);
        vm.assertEq(nodes.freeStake(OPERATOR), 70);
        vm.startPrank(OWNER);
        nodes.requestUnstake(OPERATOR, 100);
        pass(nodes.UNSTAKE_DELAY());
        vm.assertEq(nodes.withdraw(OPERATOR, OWNER), 70);
        vm.expectRevert(abi.encodeWithSelector(INodes.InsufficientStake.selector, OPERATOR, 30, 0));
        nodes.withdraw(OPERATOR, OWNER);
        vm.stopPrank();
        vm.prank(court);
        nodes.unlock(OPERATOR, 30);
        vm.prank(OWNER);
        vm.assertEq(nodes.withdraw(OPERATOR, OWNER), 30);
    }

    function test_WhatIsUnstakingCanStillBeSlashed() public {
        nodes.stake(OPERATOR, 100);
        installCourt();
        vm.prank(OWNER);
        nodes.requestUnstake(OPERATOR, 80);
        vm.startPrank(court);
        nodes.lock(OPERATOR, 90);
        nodes.slash(OPERATOR, 90, court);
        vm.stopPrank();
        vm.assertEq(koin.balanceOf(court), 90);
        INodes.Stake memory it = nodes.stakeOf(OPERATOR);
        vm.assertEq(it.active, 0);
        vm.assertEq(it.unstaking, 10);
        vm.assertEq(it.locked, 0);
    }

    function test_TheCourtLocksNoMoreThanThereIsAndReleasesNoMoreThanItLocked() public {
        nodes.stake(OPERATOR, 100);
        installCourt();
        vm.startPrank(court);
        vm.expectRevert(abi.encodeWithSelector(INodes.InsufficientStake.selector, OPERATOR, 101, 100));
        nodes.lock(OPERATOR, 101);
        nodes.lock(OPERATOR, 40);
        vm.expectRevert(abi.encodeWithSelector(INodes.InsufficientStake.selector, OPERATOR, 61, 60));
        nodes.lock(OPERATOR, 61);
        vm.expectRevert(abi.encodeWithSelector(INodes.InsufficientStake.selector, OPERATOR, 41, 40));
        nodes.unlock(OPERATOR, 41);
        vm.expectRevert(abi.encodeWithSelector(INodes.InsufficientStake.selector, OPERATOR, 41, 40));
        nodes.slash(OPERATOR, 41, court);
        nodes.slash(OPERATOR, 25, court);
        nodes.unlock(OPERATOR, 15);
        vm.expectRevert(abi.encodeWithSelector(INodes.InsufficientStake.selector, OPERATOR, 1, 0));
        nodes.unlock(OPERATOR, 1);
    }

    function test_ACourtTakesOfficeOnlyAfterEverybodyCouldLeave() public {
        nodes.stake(OPERATOR, 100);
        vm.expectRevert(abi.encodeWithSelector(INodes.NotAuthorized.selector, STRANGER, governor));
        vm.prank(STRANGER);
        nodes.proposeCourt(STRANGER);
        vm.prank(governor);
        nodes.proposeCourt(court);
        vm.startPrank(OWNER);
        nodes.requestUnstake(OPERATOR, 100);
        pass(nodes.UNSTAKE_DELAY());
        vm.expectPartialRevert(INodes.CourtNotDue.selector);
        nodes.acceptCourt();
        vm.assertEq(nodes.withdraw(OPERATOR, OWNER), 100);
        pass(nodes.COURT_DELAY() - nodes.UNSTAKE_DELAY());
        nodes.acceptCourt();
        vm.assertEq(nodes.court(), court);
        vm.expectRevert(abi.encodeWithSelector(INodes.CourtNotDue.selector, 0));
        nodes.acceptCourt();
    }

    function test_TheFirstCourtMayBeInOfficeFromTheStart() public {
        Nodes other = new Nodes(koin, governor, CHALLENGE_WINDOW, court);
        vm.assertEq(other.court(), court);
        vm.prank(governor);
        other.proposeCourt(STRANGER);
        vm.expectPartialRevert(INodes.CourtNotDue.selector);
        other.acceptCourt();
        vm.assertTrue(other.court() == court, "another court came without the delay");
    }

    function test_AnotherProposalStartsTheDelayAgain() public {
        vm.startPrank(governor);
        nodes.proposeCourt(STRANGER);
        pass(nodes.COURT_DELAY() - 1);
        nodes.proposeCourt(court);
        pass(1);
        vm.expectPartialRevert(INodes.CourtNotDue.selector);
        nodes.acceptCourt();
        pass(nodes.COURT_DELAY() - 1);
        nodes.acceptCourt();
        vm.assertEq(nodes.court(), court);
    }

    // ── Logs
    // ────────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_OnlyANodeAnchors() public {
        vm.expectRevert(abi.encodeWithSelector(INodes.NotRegistered.selector, STRANGER));
        vm.prank(STRANGER);
        nodes.anchor(1, keccak256("root"));
    }

    function test_AnAnchorKnowsHowLongTheLogWasBeforeIt() public {
        uint64[3] memory sizes = [uint64(3), 10, 11];
        uint64 before;
        vm.startPrank(OPERATOR);
        for (uint256 i; i < 3; ++i) {
            nodes.anchor(sizes[i], bytes32(i + 1));
            // Said again, it is no other anchor.
            nodes.anchor(sizes[i], bytes32(i + 1));
            vm.assertEq(nodes.anchorAt(OPERATOR, i).sizeBefore, before);
            before = sizes[i];
        }
    }

    function test_TheHeadIsTheNewestAnchor() public {
        vm.assertEq(nodes.head(OPERATOR).size, 0);
        vm.startPrank(OPERATOR);
        nodes.anchor(3, keccak256("three"));
        pass(60);
        nodes.anchor(7, keccak256("seven"));
        INodes.Anchor memory head = nodes.head(OPERATOR);
        vm.assertEq(head.size, 7);
        vm.assertEq(head.root, keccak256("seven"));
        vm.assertEq(head.anchoredAt, START + 60);
        vm.assertEq(head.blockNumber, 101);
        vm.assertEq(nodes.anchorAt(OPERATOR, 0).root, keccak256("three"));
        vm.assertEq(nodes.anchorCount(OPERATOR), 2);
    }

    function testFuzz_ALogNeverShrinksAndOneSizeHasOneRoot(uint64 size, uint64 other, bytes32 root, bytes32 otherRoot)
        public
    {
        vm.startPrank(OPERATOR);
        nodes.anchor(size, root);
        bool isForked = other == size && root != otherRoot;
        if (other < size) vm.expectRevert(abi.encodeWithSelector(INodes.LogShrank.selector, OPERATOR, other, size));
        if (isForked) {
            vm.expectRevert(abi.encodeWithSelector(INodes.LogForked.selector, OPERATOR, size, otherRoot, root));
        }
        nodes.anchor(other, otherRoot);
        vm.assertEq(nodes.head(OPERATOR).root, other > size ? otherRoot : root);
    }

    function test_OneSizeHasOneRoot() public {
        vm.startPrank(OPERATOR);
        nodes.anchor(5, keccak256("five"));
        nodes.anchor(5, keccak256("five"));
        vm.assertEq(nodes.anchorCount(OPERATOR), 1);
        vm.expectRevert(
            abi.encodeWithSelector(INodes.LogForked.selector, OPERATOR, 5, keccak256("other"), keccak256("five"))
        );
        nodes.anchor(5, keccak256("other"));
    }

    function test_AnEmptyLogCanBeAnchoredAndForksToo() public {
        vm.startPrank(OPERATOR);
        nodes.anchor(0, keccak256("empty"));
        vm.expectPartialRevert(INodes.LogForked.selector);
        nodes.anchor(0, keccak256("other"));
    }

    function test_RootsOfTheChallengeWindowCannotBePushedOut() public {
        vm.startPrank(OPERATOR);
        for (uint64 i = 1; i <= 2048; ++i) {
            nodes.anchor(i, keccak256(abi.encode(i)));
        }
        uint48 freeAt = uint48(START) + CHALLENGE_WINDOW;
        vm.expectRevert(abi.encodeWithSelector(INodes.AnchoredTooOften.selector, OPERATOR, freeAt));
        nodes.anchor(2049, keccak256("root"));
        vm.assertEq(nodes.anchorAt(OPERATOR, 0).root, keccak256(abi.encode(uint64(1))));
        vm.warp(freeAt);
        nodes.anchor(2049, keccak256("root"));
        vm.expectRevert(abi.encodeWithSelector(INodes.AnchorGone.selector, OPERATOR, 0));
        nodes.anchorAt(OPERATOR, 0);
        vm.assertEq(nodes.anchorAt(OPERATOR, 1).size, 2);
        vm.assertEq(nodes.anchorAt(OPERATOR, 2048).size, 2049);
        vm.expectRevert(abi.encodeWithSelector(INodes.AnchorGone.selector, OPERATOR, 2049));
        nodes.anchorAt(OPERATOR, 2049);
    }

    function test_EvidenceIsSignedUnderThisChainAndContract() public {
        Nodes other = new Nodes(koin, governor, CHALLENGE_WINDOW, address(0));
        bytes32 here = nodes.DOMAIN_SEPARATOR();
        vm.assertTrue(here != other.DOMAIN_SEPARATOR(), "two contracts share a domain");
        vm.chainId(999);
        vm.assertTrue(here != nodes.DOMAIN_SEPARATOR(), "two chains share a domain");
    }
}
