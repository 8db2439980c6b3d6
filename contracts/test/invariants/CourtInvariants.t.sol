// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICourtTypes} from "../../src/interfaces/ICourtTypes.sol";
import {Signature, Step} from "../../src/types/Statements.sol";
import {CourtTest} from "../support/CourtTest.sol";

/// @dev Plays an honest and a cheating provider, an accuser who accuses anybody of anything, and ten jurors of whom one
/// lies, and does only what must work. It knows the truth, so it knows who may ever be convicted.
contract CourtHandler is CourtTest {
    uint256 private constant HONEST_KEY = 0x40;

    struct Known {
        bytes32 id;
        bytes32 nonce;
        bool isHonest;
        uint8 wrongFrom;
        uint8 step;
    }

    address public honest = vm.addr(HONEST_KEY);
    Known[] private _disputes;
    Known[] private _demands;
    uint256 private _count;
    uint256 public wronglyDecided;
    uint256 public convictions;
    uint256 public acquittals;

    constructor() {
        deployCourt();
        stakeNode(honest, STAKE);
        mine();
    }

    function jobOf(Known memory known) private view returns (Job memory it) {
        it = job(known.nonce, known.wrongFrom);
        it.receipt.anchorBy = uint64(START) + 365 days;
        if (known.isHonest) it.receipt.provider = honest;
    }

    function signatureOf(Known memory known, Job memory it) private view returns (Signature memory) {
        return sign(known.isHonest ? HONEST_KEY : PROVIDER_KEY, digestOf(it.receipt));
    }

    function aJob(bool isHonest, uint256 seed) private returns (Known memory) {
        uint8 wrongFrom = isHonest ? 3 : uint8(seed % 4);
        return Known(0, bytes32(++_count), isHonest, wrongFrom, uint8(seed / 4 % 3));
    }

    // ── Juries

    function accuse(bool isHonest, uint256 seed) external {
        if (_disputes.length >= 8) return;
        Known memory known = aJob(isHonest, seed);
        Job memory it = jobOf(known);
        Signature memory signature = signatureOf(known, it);
        Step memory step = stepOf(it, known.step);
        bytes32 seal = sealOf(rightOutcome(it, known.step));
        vm.prank(accuser);
        known.id = tribunal.accuse(it.receipt, signature, it.order, it.opening, step, seal);
        mine();
        mine();
        _disputes.push(known);
    }

    function isOpen(bytes32 dispute) private view returns (bool) {
        return tribunal.disputeOf(dispute).outcome == ICourtTypes.Outcome.Open;
    }

    function juryOf(bytes32 dispute) private view returns (uint8 round, ICourtTypes.Jury memory jury) {
        round = tribunal.disputeOf(dispute).round;
        jury = tribunal.juryOf(dispute, round);
    }

    /// @dev What juror `i` says: the first one always lies.
    function wordOf(Known memory known, uint256 i) private view returns (bytes32) {
        Job memory it = jobOf(known);
        bytes32 right = rightOutcome(it, known.step);
        if (i != 0) return right;
        return right == claimedOutcome(it, known.step) ? keccak256("lie") : claimedOutcome(it, known.step);
    }

    function sealVotes(uint256 which, uint256 turnout) external {
        if (_disputes.length == 0) return;
        Known memory known = _disputes[which % _disputes.length];
        (uint8 round, ICourtTypes.Jury memory jury) = juryOf(known.id);
        if (!isOpen(known.id) || vm.getBlockTimestamp() >= jury.commitUntil) return;
        for (uint256 i; i < within(turnout, 1, JURORS); ++i) {
            (ICourtTypes.VoteState state,) = tribunal.voteOf(known.id, round, juror(i));
            if (state == ICourtTypes.VoteState.None && hasSeat(known.id, juror(i))) {
                sealAs(juror(i), known.id, wordOf(known, i));
            }
        }
    }

    function openVotes(uint256 which, uint256 turnout) external {
        if (_disputes.length == 0) return;
        Known memory known = _disputes[which % _disputes.length];
        (uint8 round, ICourtTypes.Jury memory jury) = juryOf(known.id);
        uint256 time = vm.getBlockTimestamp();
        if (!isOpen(known.id) || time < jury.commitUntil || time >= jury.revealUntil) return;
        for (uint256 i; i < within(turnout, 1, JURORS); ++i) {
            (ICourtTypes.VoteState state,) = tribunal.voteOf(known.id, round, juror(i));
            if (state == ICourtTypes.VoteState.Sealed) openAs(juror(i), known.id, wordOf(known, i));
        }
    }

    /// @dev A whole round as it should be, which chance alone would seldom give.
    function holdRound(uint256 which) external {
        if (_disputes.length == 0) return;
        Known memory known = _disputes[which % _disputes.length];
        (, ICourtTypes.Jury memory jury) = juryOf(known.id);
        if (!isOpen(known.id) || vm.getBlockTimestamp() >= jury.commitUntil) return;
        this.sealVotes(which, JURORS - 1);
        vm.warp(jury.commitUntil);
        this.openVotes(which, JURORS - 1);
        vm.warp(jury.revealUntil);
        mine();
    }

    function openSeal(uint256 which) external {
        if (_disputes.length == 0) return;
        Known memory known = _disputes[which % _disputes.length];
        (, ICourtTypes.Jury memory jury) = juryOf(known.id);
        if (!isOpen(known.id) || vm.getBlockTimestamp() < jury.commitUntil) return;
        if (tribunal.disputeOf(known.id).opened != 0) return;
        tribunal.openSeal(known.id, rightOutcome(jobOf(known), known.step), SALT);
    }

    function hasMajority(ICourtTypes.Jury memory jury) private pure returns (bool) {
        return jury.revealedSeats * 2 >= jury.seats && jury.leadingSeats * 2 > jury.revealedSeats;
    }

    function appeal(uint256 which) external {
        if (_disputes.length == 0) return;
        bytes32 id = _disputes[which % _disputes.length].id;
        (uint8 round, ICourtTypes.Jury memory jury) = juryOf(id);
        uint256 time = vm.getBlockTimestamp();
        if (!isOpen(id) || round == 2 || time < jury.revealUntil || time >= jury.appealUntil) return;
        if (!hasMajority(jury)) return;
        vm.prank(accuser);
        tribunal.appeal(id);
        mine();
        mine();
    }

    function resolve(uint256 which) public {
        if (_disputes.length == 0) return;
        Known memory known = _disputes[which % _disputes.length];
        (uint8 round, ICourtTypes.Jury memory jury) = juryOf(known.id);
        uint256 from = hasMajority(jury) && round != 2 ? jury.appealUntil : jury.revealUntil;
        if (!isOpen(known.id) || vm.getBlockTimestamp() < from) return;
        tribunal.resolve(known.id);
        mine();
        mine();
        ICourtTypes.Outcome outcome = tribunal.disputeOf(known.id).outcome;
        bool isFalse = known.step >= known.wrongFrom;
        if (outcome == ICourtTypes.Outcome.Convicted) {
            ++convictions;
            if (!isFalse) ++wronglyDecided;
        } else if (outcome == ICourtTypes.Outcome.Acquitted) {
            ++acquittals;
            if (isFalse) ++wronglyDecided;
        }
    }

    function settle(uint256 which, uint256 who) external {
        if (_disputes.length == 0) return;
        bytes32 id = _disputes[which % _disputes.length].id;
        if (isOpen(id)) return;
        for (uint8 round; round < 3; ++round) {
            settleOne(id, round, juror(who % JURORS));
        }
    }

    function settleOne(bytes32 id, uint8 round, address who) private {
        (ICourtTypes.VoteState state,) = tribunal.voteOf(id, round, who);
        if (state != ICourtTypes.VoteState.None && state != ICourtTypes.VoteState.Settled) {
            tribunal.settleVote(id, round, who);
        }
    }

    function enforce(uint256 which) public {
        if (_disputes.length == 0) return;
        Known memory known = _disputes[which % _disputes.length];
        address accused = known.isHonest ? honest : provider;
        (uint256 amount,) = tribunal.sentenceOf(accused, known.id);
        if (amount != 0) tribunal.enforce(accused, known.id);
    }

    // ── Demands

    function demand(bool isHonest, uint256 seed) external {
        if (_demands.length >= 8) return;
        Known memory known = aJob(isHonest, seed);
        Job memory it = jobOf(known);
        Signature memory signature = signatureOf(known, it);
        vm.prank(accuser);
        known.id = tribunal.demand(it.receipt, signature, it.order, ICourtTypes.Demanded.Opening, 0);
        // Whoever is honest answers in time.
        if (isHonest) tribunal.answer(known.id, it.receipt, abi.encode(it.opening));
        _demands.push(known);
    }

    function answer(uint256 which) external {
        if (_demands.length == 0) return;
        Known memory known = _demands[which % _demands.length];
        (,, uint48 until,, ICourtTypes.Outcome outcome) = tribunal.demandOf(known.id);
        if (outcome != ICourtTypes.Outcome.Open || vm.getBlockTimestamp() >= until) return;
        Job memory it = jobOf(known);
        tribunal.answer(known.id, it.receipt, abi.encode(it.opening));
    }

    function closeDemand(uint256 which) public {
        if (_demands.length == 0) return;
        Known memory known = _demands[which % _demands.length];
        (,, uint48 until,, ICourtTypes.Outcome outcome) = tribunal.demandOf(known.id);
        if (outcome != ICourtTypes.Outcome.Open || vm.getBlockTimestamp() < until) return;
        tribunal.closeDemand(known.id, jobOf(known).receipt);
    }

    // ── Everything else

    function stake(uint256 amount) external {
        amount = within(amount, 1e18, 500e18);
        koin.approve(address(nodes), amount);
        nodes.stake(provider, amount);
        mine();
    }

    function unstake(uint256 part) external {
        uint256 active = nodes.stakeOf(provider).active;
        if (active < 2) return;
        nodes.requestUnstake(provider, within(part, 1, active));
    }

    function withdraw(uint256 who) external {
        address account = accountAt(who % (JURORS + 3));
        if (owedKoin(account) == 0) return;
        vm.prank(account);
        tribunal.withdraw(koin);
    }

    function burn() external {
        (bool succeeded,) = address(tribunal).call(abi.encodeCall(tribunal.burn, ()));
        succeeded;
    }

    function wait(uint256 time) external {
        pass(within(time, 1, CHALLENGE_WINDOW / 10));
    }

    // ── What is looked at

    function accountAt(uint256 i) public view returns (address) {
        if (i < JURORS) return juror(i);
        return i == JURORS ? accuser : i == JURORS + 1 ? provider : honest;
    }

    function owedInAll() public view returns (uint256 sum) {
        for (uint256 i; i < JURORS + 3; ++i) {
            sum += owedKoin(accountAt(i));
        }
    }

    function held() public view returns (uint256) {
        return koin.balanceOf(address(tribunal));
    }

    function honestStake() external view returns (uint256) {
        return stakeLeft(honest);
    }

    /// @dev What cases and sentences hold of a provider's stake, by the court's own books.
    function heldOf(bool isHonest) public view returns (uint256 sum) {
        for (uint256 i; i < _disputes.length; ++i) {
            sum += heldFor(_disputes[i], isHonest);
        }
        for (uint256 i; i < _demands.length; ++i) {
            sum += heldFor(_demands[i], isHonest);
        }
    }

    function heldFor(Known memory known, bool isHonest) private view returns (uint256) {
        if (known.isHonest != isHonest) return 0;
        (uint256 lien,,,) = tribunal.caseOf(digestOf(jobOf(known).receipt));
        (uint256 amount,) = tribunal.sentenceOf(isHonest ? honest : provider, known.id);
        return lien + amount;
    }

    function lockedStake(bool isHonest) external view returns (uint256) {
        return lockedOf(isHonest ? honest : provider);
    }

    /// @dev Nobody does anything any more but move on what is due.
    function finish() external {
        for (uint256 i; i < _demands.length; ++i) {
            pass(tribunal.DEMAND_WINDOW());
            closeDemand(i);
        }
        for (uint256 i; i < _disputes.length; ++i) {
            for (uint256 round; round < 3; ++round) {
                pass(tribunal.COMMIT_WINDOW() + tribunal.REVEAL_WINDOW() + tribunal.APPEAL_WINDOW());
                resolve(i);
            }
            vm.assertTrue(!isOpen(_disputes[i].id), "a dispute did not end");
            enforce(i);
            for (uint256 j; j < JURORS * 3; ++j) {
                settleOne(_disputes[i].id, uint8(j / JURORS), juror(j % JURORS));
            }
        }
        this.burn();
    }
}

contract CourtInvariants is CourtTest {
    CourtHandler private handler;

    function setUp() public {
        handler = new CourtHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        bytes4[] memory list = new bytes4[](16);
        list[0] = handler.accuse.selector;
        list[1] = handler.sealVotes.selector;
        list[2] = handler.openVotes.selector;
        list[3] = handler.holdRound.selector;
        list[4] = handler.openSeal.selector;
        list[5] = handler.appeal.selector;
        list[6] = handler.resolve.selector;
        list[7] = handler.settle.selector;
        list[8] = handler.enforce.selector;
        list[9] = handler.demand.selector;
        list[10] = handler.answer.selector;
        list[11] = handler.closeDemand.selector;
        list[12] = handler.stake.selector;
        list[13] = handler.unstake.selector;
        list[14] = handler.withdraw.selector;
        list[15] = handler.wait.selector;
        targets[0].selectors = list;
    }

    /// @dev So that the invariants are about something.
    function test_TheHandlerComesToEveryEnding() public {
        handler.demand(false, 5);
        // A false step of the cheater, then a right one of the honest node.
        for (uint256 i; i < 2; ++i) {
            handler.accuse(i == 1, 5);
            handler.holdRound(i);
            handler.openSeal(i);
        }
        handler.finish();
        vm.assertEq(handler.convictions(), 1, "a conviction");
        vm.assertEq(handler.acquittals(), 1, "an acquittal");
        vm.assertEq(handler.honestStake(), STAKE, "the honest one");
    }

    function invariant_TheHonestLoseNoStake() public view {
        vm.assertEq(handler.honestStake(), STAKE, "an honest node was slashed");
    }

    function invariant_AnHonestMajorityDecidesTheTruth() public view {
        vm.assertEq(handler.wronglyDecided(), 0, "a jury erred");
    }

    function invariant_WhatIsOwedIsThere() public view {
        vm.assertGe(handler.held(), handler.owedInAll(), "more is owed than held");
    }

    function invariant_WhatIsLockedIsAccountedFor() public view {
        vm.assertEq(handler.lockedStake(true), handler.heldOf(true), "the honest one");
        vm.assertEq(handler.lockedStake(false), handler.heldOf(false), "the other one");
    }

    /// @dev Whatever has happened: once time has passed nothing is locked, and all that is left is owed to somebody.
    function afterInvariant() public {
        handler.finish();
        vm.assertEq(handler.lockedStake(true) + handler.lockedStake(false), 0, "something stays locked");
        uint256 left = handler.held() - handler.owedInAll();
        // Rewards are rounded down to the seat.
        vm.assertTrue(left < 1_000, "something is nobody's");
    }
}
