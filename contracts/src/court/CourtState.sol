// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICourtTypes} from "../interfaces/ICourtTypes.sol";
import {Maturing} from "../types/Maturing.sol";

/// @dev Everything the court remembers. Court and CourtEvidence work on one storage, so all of it is declared here, and
/// nowhere else.
abstract contract CourtState is ICourtTypes {
    /// @dev What is known about a signed statement.
    /// @param isRefuted A replay (jury or arithmetic) showed that a receipt is false, on whatever ground it was
    /// convicted first. That alone convicts auditors that agreed with it.
    /// @param stepCount Steps of its trace, as its provider first answered; the root alone does not bind them.
    struct Finding {
        Ground ground;
        bool isRefuted;
        bool isPlanted;
        uint64 stepCount;
    }

    /// @dev What is held for a receipt while disputes or demands about it are open.
    ///
    ///   255          216 215      200 199             96 95           0
    ///   ┌────────────────┬────────────┬──────────────────┬─────────────┐
    ///   │ at (40)        │ open (16)  │ frozen (104)     │ lien (96)   │
    ///   └────────────────┴────────────┴──────────────────┴─────────────┘
    ///
    /// `at` is when the first was opened, and once none is open any more, when the last was closed.
    struct Case {
        uint96 lien;
        uint104 frozen;
        uint16 open;
        uint40 at;
    }

    /// @dev Stake locked by a conviction. No amount of KOIN exceeds 96 bits, see CourtBase.
    struct Sentence {
        address bountyTo;
        uint96 amount;
    }

    /// @dev What voting and deciding read lies in the first two words.
    /// @param decisive Number of the last round that had a majority, plus one; zero while none had.
    /// @param total Stake that counts at `stakeBlock`: all but that of accused and accuser.
    /// @param reward For a seat that voted with the decision.
    /// @param fees What of the sentence is promised to jurors.
    struct DisputeState {
        address accused;
        uint48 stakeBlock;
        uint8 round;
        uint8 decisive;
        Outcome outcome;
        address accuser;
        uint96 total;
        uint96 reward;
        uint96 fees;
        uint64 step;
        bytes32 receipt;
        bytes32 claimed;
        bytes32 seal;
        bytes32 opened;
    }

    /// @param leading Outcome with most seats so far, the first to get there.
    /// @param isDrawn Whether `seed` is there: what seats are drawn from, kept once the beacon's value is known: it
    /// might not be for ever. @param seatsOf Of outcomes that do not lead (any more).
    struct RoundState {
        uint64 beaconRound;
        uint48 commitUntil;
        uint32 seats;
        uint32 revealedSeats;
        uint32 leadingSeats;
        bool isDrawn;
        bytes32 leading;
        bytes32 seed;
        address appellant;
        uint96 bond;
        mapping(bytes32 outcome => uint256) seatsOf;
        mapping(address juror => Vote) votes;
    }

    /// @dev A sealed vote is its hash, an opened one its outcome, both cut: enough is left that nobody finds another
    /// one with the same.
    ///
    ///   247                                   40 39        8 7        0
    ///   ┌─────────────────────────────────────┬───────────┬──────────┐
    ///   │ word (208)                          │ seats (32)│ state (8)│
    ///   └─────────────────────────────────────┴───────────┴──────────┘
    struct Vote {
        VoteState state;
        uint32 seats;
        bytes26 word;
    }

    /// @param held Stake of an auditor held for this demand; a provider's lien is its receipt's.
    /// @param anchorSize Of a demand for consistency, with `anchorRoot`: the ring may move on meanwhile.
    struct DemandState {
        address node;
        uint48 until;
        Demanded what;
        Outcome outcome;
        address demander;
        uint96 held;
        bytes32 statement;
        uint64 index;
        uint64 anchorSize;
        bytes32 anchorRoot;
    }

    mapping(bytes32 statement => Finding) internal _findings;
    mapping(bytes32 receipt => Case) internal _cases;
    mapping(bytes32 key => Sentence) internal _sentences;
    /// @dev When a node was convicted while cases held some of its stake: what they took before then is forfeit too.
    mapping(address node => uint48) internal _condemnedAt;
    mapping(bytes32 dispute => DisputeState) internal _disputes;
    mapping(bytes32 dispute => mapping(uint256 round => RoundState)) internal _rounds;
    mapping(bytes32 id => DemandState) internal _demands;

    /// @dev KOIN in the court's own balance, by whose it is, and what nobody's it is.
    mapping(address account => uint256) internal _koinOwed;
    uint256 internal _burnable;
    /// @dev Claims taken out of maturing, which lie in the court's Escrow balance until they are paid out.
    mapping(address token => mapping(address account => uint256)) internal _claimsOwed;
    /// @dev What was frozen for a receipt that stood goes on maturing here: were it paid out at once, a cheater would
    /// bring its claims to safety by having itself accused of something it did right.
    mapping(address token => mapping(address provider => Maturing)) internal _returned;
    mapping(bytes32 receipt => address) internal _frozenTokens;
    mapping(bytes32 receipt => uint256) internal _refundedOf;
    mapping(bytes32 channel => uint256) internal _refundedFrom;
}
