// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBeacon} from "../interfaces/IBeacon.sol";
import {Digests} from "../libraries/Digests.sol";
import {Lot} from "../libraries/Lot.sol";
import {Rfc6962} from "../libraries/Rfc6962.sol";
import {Opening, Order, Receipt, Signature, Step} from "../types/Statements.sol";
import {CourtBase} from "./CourtBase.sol";

/// @dev Disputes about one step of a computation, decided by staked nodes drawn by lot.
abstract contract Juries is CourtBase {
    using Digests for *;

    // ── Accusing
    // ────────────────────────────────────────────────────────────────────────────────────────────────────

    function accuse(
        Receipt calldata receipt,
        Signature calldata signature,
        Order calldata order,
        Opening calldata opening,
        Step calldata step,
        bytes32 seal
    ) external returns (bytes32 dispute) {
        bytes32 digest = _signed(receipt, signature);
        _requireOfficeToTheEnd();
        // What was convicted on another ground can still be refuted: that convicts the auditors that agreed.
        if (_findings[digest].isRefuted) revert AlreadyRaised(digest);
        _requireOrder(order, receipt);
        _requireOpens(opening, receipt.execution);
        bytes32 claimed = _claimedOutcome(opening, step);
        dispute = keccak256(abi.encode(digest, step.previousRoot, claimed));
        DisputeState storage it = _disputes[dispute];
        if (it.accuser != address(0)) revert AlreadyRaised(dispute);

        (it.accused, it.accuser, it.receipt) = (receipt.provider, msg.sender, digest);
        (it.claimed, it.seal, it.step) = (claimed, seal, step.index);
        it.stakeBlock = uint48(block.number - 1);
        it.total = _countingStake(receipt.provider, msg.sender, block.number - 1);
        _takeBond(_accuseBond);
        _enterCase(digest, receipt.provider);
        _freeze(digest, receipt);
        emit Accused(dispute, receipt.provider, digest, msg.sender, step.index, claimed, step.previousRoot);
        _callJury(dispute, it, 0, _jurySeats);
    }

    /// @dev The outcome that the receipt's commitments imply for a step, once its roots are bound to the trace. What
    /// Rfc6962 binds is enough: the first leaf, a neighbour, the last leaf.
    function _claimedOutcome(Opening calldata opening, Step calldata step) private view returns (bytes32) {
        if (step.index == 0) {
            _must(step.previousRoot == 0 && step.previousPath.length == 0, "previous step");
        } else {
            bytes32 root = _traceRoot(step.previousRoot, step.index - 1, step.count, step.previousPath);
            _must(root == opening.trace, "previous step");
        }
        _must(_traceRoot(step.root, step.index, step.count, step.path) == opening.trace, "step");
        if (step.index + 1 != step.count) {
            return sha256(abi.encodePacked(step.root, uint8(0), uint32(0), uint64(0), bytes32(0)));
        }
        return sha256(abi.encodePacked(step.root, uint8(1), opening.exitCode, opening.fuel, opening.rawOutput));
    }

    function _countingStake(address accused, address accuser, uint256 stakeBlock) private view returns (uint96) {
        uint256 total = _nodes.totalStakeAt(stakeBlock) - _nodes.stakeAt(accused, stakeBlock);
        if (accuser != accused) total -= _nodes.stakeAt(accuser, stakeBlock);
        return uint96(total);
    }

    function _callJury(bytes32 dispute, DisputeState storage it, uint8 round, uint32 seats) private {
        RoundState storage jury = _rounds[dispute][round];
        uint64 beaconRound = _beacon.roundAfter(block.timestamp, block.number);
        uint48 commitUntil = uint48(block.timestamp) + _commitWindow();
        (jury.beaconRound, jury.commitUntil, jury.seats) = (beaconRound, commitUntil, seats);
        it.round = round;
        emit JuryCalled(
            dispute,
            round,
            beaconRound,
            it.stakeBlock,
            seats,
            commitUntil,
            commitUntil + _revealWindow(),
            commitUntil + _revealWindow() + _appealWindow()
        );
    }

    // ── Voting
    // ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function sealVote(bytes32 dispute, bytes32 vote) external {
        DisputeState storage it = _known(dispute);
        (uint8 round, Outcome outcome) = (it.round, it.outcome);
        RoundState storage jury = _rounds[dispute][round];
        uint48 until = jury.commitUntil;
        if (outcome != Outcome.Open || block.timestamp >= until) revert NotNow(0, until);
        Vote storage mine = jury.votes[msg.sender];
        if (mine.state != VoteState.None) revert AlreadyRaised(dispute);
        (mine.state, mine.word) = (VoteState.Sealed, bytes26(vote));
        _drawIfKnown(dispute, round, jury);
        emit VoteSealed(dispute, round, msg.sender);
    }

    function openVote(bytes32 dispute, bytes32 outcome, bytes32 salt) external {
        DisputeState storage it = _known(dispute);
        uint8 round = it.round;
        RoundState storage jury = _rounds[dispute][round];
        uint48 from = jury.commitUntil;
        if (it.outcome != Outcome.Open || block.timestamp < from || block.timestamp >= from + _revealWindow()) {
            revert NotNow(from, from + _revealWindow());
        }
        Vote storage mine = jury.votes[msg.sender];
        bytes26 word = bytes26(keccak256(abi.encode(dispute, round, msg.sender, outcome, salt)));
        _must(mine.state == VoteState.Sealed && mine.word == word, "vote");
        if (!_drawIfKnown(dispute, round, jury)) revert IBeacon.RoundUnknown(jury.beaconRound);
        uint32 seats = uint32(_seats(it, jury.seed, jury.seats, msg.sender));
        if (seats == 0 || outcome == 0) revert NotAuthorized(msg.sender, address(0));
        (mine.state, mine.seats, mine.word) = (VoteState.Opened, seats, bytes26(outcome));
        _count(jury, outcome, seats);
        emit VoteOpened(dispute, round, msg.sender, outcome, seats);
    }

    /// @dev The leading outcome's seats stand in the round itself, so that voting with it writes no other slot.
    function _count(RoundState storage jury, bytes32 outcome, uint32 seats) private {
        jury.revealedSeats += seats;
        bytes32 leading = jury.leading;
        if (outcome == leading) {
            jury.leadingSeats += seats;
            return;
        }
        uint256 sum = jury.seatsOf[outcome] + seats;
        if (sum > jury.leadingSeats) {
            if (leading != 0) jury.seatsOf[leading] = jury.leadingSeats;
            (jury.leading, jury.leadingSeats) = (outcome, uint32(sum));
        } else {
            jury.seatsOf[outcome] = sum;
        }
    }

    function openSeal(bytes32 dispute, bytes32 outcome, bytes32 salt) external {
        DisputeState storage it = _known(dispute);
        uint48 from = _rounds[dispute][it.round].commitUntil;
        if (it.outcome != Outcome.Open || block.timestamp < from) revert NotNow(from, type(uint256).max);
        if (it.opened != 0) revert AlreadyRaised(dispute);
        _must(outcome != 0 && keccak256(abi.encode(outcome, salt)) == it.seal, "seal");
        it.opened = outcome;
        emit SealOpened(dispute, outcome);
    }

    // ── Deciding
    // ────────────────────────────────────────────────────────────────────────────────────────────────────

    function appeal(bytes32 dispute) external {
        DisputeState storage it = _known(dispute);
        uint8 round = it.round;
        RoundState storage jury = _rounds[dispute][round];
        uint48 from = jury.commitUntil + _revealWindow();
        if (
            it.outcome != Outcome.Open || block.timestamp < from || block.timestamp >= from + _appealWindow()
                || round + 1 == _maxRounds || !_hasMajority(jury)
        ) revert NotNow(from, from + _appealWindow());
        uint256 bond = appealBond(dispute);
        (jury.appellant, jury.bond) = (msg.sender, uint96(bond));
        it.decisive = round + 1;
        _takeBond(bond);
        emit Appealed(dispute, round, msg.sender);
        _drawIfKnown(dispute, round, jury);
        _callJury(dispute, it, round + 1, 2 * jury.seats + 1);
    }

    function resolve(bytes32 dispute) external {
        DisputeState storage it = _known(dispute);
        if (it.outcome != Outcome.Open) revert AlreadyRaised(dispute);
        uint8 round = it.round;
        RoundState storage jury = _rounds[dispute][round];
        uint48 from = jury.commitUntil + _revealWindow();
        bool hasMajority = _hasMajority(jury);
        bool isLast = round + 1 == _maxRounds;
        if (hasMajority && !isLast) from += _appealWindow();
        if (block.timestamp < from) revert NotNow(from, type(uint256).max);
        // Whoever sealed a vote and let it be is fined later, and by then the value may be gone.
        _drawIfKnown(dispute, round, jury);

        if (hasMajority) {
            it.decisive = round + 1;
        } else if (!isLast) {
            _callJury(dispute, it, round + 1, 2 * jury.seats + 1);
            return;
        }
        _decideDispute(dispute, it);
    }

    function _decideDispute(bytes32 dispute, DisputeState storage it) private {
        uint8 decisive = it.decisive;
        bytes32 majority = decisive == 0 ? bytes32(0) : _rounds[dispute][decisive - 1].leading;
        Outcome outcome =
            decisive == 0 ? Outcome.Undecided : majority == it.claimed ? Outcome.Acquitted : Outcome.Convicted;
        it.outcome = outcome;
        uint256 seats = _winningSeats(dispute, it.round, majority);
        uint256 pool = _settleAppeals(dispute, it, outcome);
        if (outcome == Outcome.Convicted) _settleConviction(dispute, it, majority, seats, pool);
        else _settleBond(it, outcome, seats, pool);
        _leaveCase(it.receipt, it.accused);
        emit Resolved(dispute, outcome, majority);
    }

    /// @dev Seats that are paid: those of the majority in all rounds, or all that were opened where there is none.
    function _winningSeats(bytes32 dispute, uint8 last, bytes32 majority) private view returns (uint256 sum) {
        for (uint256 round; round <= last; ++round) {
            RoundState storage jury = _rounds[dispute][round];
            if (majority == 0) sum += jury.revealedSeats;
            else sum += jury.leading == majority ? jury.leadingSeats : jury.seatsOf[majority];
        }
    }

    /// @dev Gives the bond of every appeal back that the end bore out; the others' pay the jury.
    function _settleAppeals(bytes32 dispute, DisputeState storage it, Outcome outcome) private returns (uint256 lost) {
        for (uint256 round; round < it.round; ++round) {
            RoundState storage jury = _rounds[dispute][round];
            address appellant = jury.appellant;
            if (appellant == address(0)) continue;
            bool wasAcquitted = jury.leading == it.claimed;
            if (wasAcquitted == (outcome == Outcome.Acquitted)) lost += jury.bond;
            else _koinOwed[appellant] += jury.bond;
        }
    }

    /// @dev The jury is paid from lost appeals and from a quarter of the stake, before the bounty.
    function _settleConviction(
        bytes32 dispute,
        DisputeState storage it,
        bytes32 majority,
        uint256 seats,
        uint256 lostBonds
    ) private {
        // Whoever accused without knowing the answer did no work.
        address bountyTo = it.opened == majority ? it.accuser : address(0);
        uint256 due = seats * _jurorFee;
        uint256 amount = _findings[it.receipt].isPlanted
            ? _convictPlanted(dispute, it, bountyTo, due)
            : _convict(it.accused, it.receipt, dispute, Ground.Jury, it.accuser, bountyTo);
        // Where there is something to enforce, the bond comes back with the bounty.
        if (amount == 0) _koinOwed[it.accuser] += _accuseBond;
        uint256 most = _payable(it.receipt, amount);
        uint256 fromBonds = lostBonds < due ? lostBonds : due;
        uint256 fromStake = due - fromBonds < most ? due - fromBonds : most;
        if (seats != 0) it.reward = uint96((fromBonds + fromStake) / seats);
        it.fees = uint96(fromStake);
        if (lostBonds != fromBonds) _burnable += lostBonds - fromBonds;
    }

    /// @dev A planted fault that was found: its signer pays the costs from the lien, and keeps the rest.
    function _convictPlanted(bytes32 dispute, DisputeState storage it, address bountyTo, uint256 due)
        private
        returns (uint96 amount)
    {
        (bytes32 receipt, address accused) = (it.receipt, it.accused);
        _find(receipt, Ground.Jury);
        uint96 lien = _takeLien(receipt);
        uint256 costs = due + (bountyTo == address(0) ? 0 : _bounty);
        if (_isInOffice()) amount = lien < costs ? lien : uint96(costs);
        _lift(accused, lien - amount, _cases[receipt].at);
        _sentence(accused, dispute, amount, bountyTo);
        emit Convicted(accused, receipt, dispute, Ground.Jury, it.accuser, amount);
    }

    /// @dev The accuser's bond pays jury and accused; where nothing was decided the jury alone, and the rest goes back.
    function _settleBond(DisputeState storage it, Outcome outcome, uint256 seats, uint256 lostBonds) private {
        uint256 pool = _accuseBond + lostBonds;
        if (outcome == Outcome.Acquitted) {
            pool -= _compensation;
            _koinOwed[it.accused] += _compensation;
        }
        uint256 due = seats * _jurorFee;
        if (due > pool) due = pool;
        if (seats != 0) it.reward = uint96(due / seats);
        if (outcome == Outcome.Acquitted) _burnable += pool - due;
        else _koinOwed[it.accuser] += pool - due;
    }

    /// @dev Locks and takes up to `most`, to burn.
    function _fine(address node, uint256 most) private returns (uint256 taken) {
        if (!_isInOffice()) return 0;
        taken = _lockUpTo(node, most);
        if (taken == 0) return 0;
        _slash(node, taken);
        _burnable += taken;
    }

    function settleVote(bytes32 dispute, uint8 round, address juror) external {
        DisputeState storage it = _known(dispute);
        Outcome outcome = it.outcome;
        if (outcome == Outcome.Open) revert NotNow(type(uint256).max, type(uint256).max);
        RoundState storage jury = _rounds[dispute][round];
        Vote storage vote = jury.votes[juror];
        VoteState state = vote.state;
        if (state == VoteState.None || state == VoteState.Settled) revert AlreadyRaised(dispute);
        vote.state = VoteState.Settled;
        // Rewards are paid from the stake, so it must be here first.
        _enforce(it.accused, dispute);

        uint256 seats = vote.seats;
        uint256 reward;
        uint256 penalty;
        if (state == VoteState.Sealed) {
            if (_drawIfKnown(dispute, round, jury)) {
                seats = _seats(it, jury.seed, jury.seats, juror);
                penalty = _fine(juror, seats * _jurorPenalty);
            }
        } else if (outcome == Outcome.Undecided || vote.word == bytes26(_rounds[dispute][it.decisive - 1].leading)) {
            reward = seats * it.reward;
            _koinOwed[juror] += reward;
        } else {
            penalty = _fine(juror, seats * _jurorPenalty);
        }
        emit VoteSettled(dispute, round, juror, reward, penalty);
    }

    function _hasMajority(RoundState storage jury) private view returns (bool) {
        uint256 revealed = jury.revealedSeats;
        return revealed * 2 >= jury.seats && uint256(jury.leadingSeats) * 2 > revealed;
    }

    // ── Lots
    // ────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev What seats are drawn from. Reverts: RoundUnknown.
    function _seedOf(bytes32 dispute, uint8 round, RoundState storage jury) private view returns (bytes32 seed) {
        seed = jury.seed;
        if (seed == 0) seed = Lot.jurySeed(_beacon.valueOf(jury.beaconRound), dispute, round);
    }

    /// @dev Keeps it, for the value might not be known for ever. False where it is not (any more).
    function _drawIfKnown(bytes32 dispute, uint8 round, RoundState storage jury) private returns (bool) {
        if (jury.isDrawn) return true;
        try _beacon.valueOf(jury.beaconRound) returns (bytes32 value) {
            (jury.isDrawn, jury.seed) = (true, Lot.jurySeed(value, dispute, round));
            return true;
        } catch {
            return false;
        }
    }

    function _seats(DisputeState storage it, bytes32 seed, uint256 expected, address juror)
        private
        view
        returns (uint256)
    {
        (address accuser, uint96 total) = (it.accuser, it.total);
        if (juror == it.accused || juror == accuser || total == 0) return 0;
        return Lot.seats(seed, juror, _nodes.stakeAt(juror, it.stakeBlock), total, expected);
    }

    function seatsOf(bytes32 dispute, uint8 round, address juror) external view returns (uint256) {
        DisputeState storage it = _known(dispute);
        RoundState storage jury = _rounds[dispute][round];
        return _seats(it, _seedOf(dispute, round, jury), jury.seats, juror);
    }

    // ── Views
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function appealBond(bytes32 dispute) public view returns (uint256) {
        return _jurorFee * (2 * uint256(_rounds[dispute][_disputes[dispute].round].seats) + 1);
    }

    function disputeOf(bytes32 dispute) external view returns (Dispute memory) {
        DisputeState storage it = _known(dispute);
        bytes32 majority = it.decisive == 0 ? bytes32(0) : _rounds[dispute][it.decisive - 1].leading;
        return Dispute({
            accused: it.accused,
            accuser: it.accuser,
            receipt: it.receipt,
            claimed: it.claimed,
            sealed_: it.seal,
            opened: it.opened,
            stakeBlock: it.stakeBlock,
            round: it.round,
            outcome: it.outcome,
            majority: majority
        });
    }

    function juryOf(bytes32 dispute, uint8 round) external view returns (Jury memory) {
        RoundState storage it = _rounds[dispute][round];
        uint48 revealUntil = it.commitUntil + _revealWindow();
        return Jury({
            beaconRound: it.beaconRound,
            commitUntil: it.commitUntil,
            revealUntil: revealUntil,
            appealUntil: revealUntil + _appealWindow(),
            seats: it.seats,
            revealedSeats: it.revealedSeats,
            leadingSeats: it.leadingSeats,
            leading: it.leading,
            appellant: it.appellant
        });
    }

    function voteOf(bytes32 dispute, uint8 round, address juror) external view returns (VoteState, uint32) {
        Vote storage it = _rounds[dispute][round].votes[juror];
        return (it.state, it.seats);
    }

    function _known(bytes32 dispute) private view returns (DisputeState storage it) {
        it = _disputes[dispute];
        if (it.accused == address(0)) revert Unknown(dispute);
    }
}
