// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What the court talks about: its types, events and errors. What it does is in ICourt.
interface ICourtTypes {
    enum Ground {
        None,
        Receipts, // two receipts, one manifest
        Omission, // not in the log in time
        Misplaced, // another leaf at its index
        Fork, // two heads of one size
        Unavailability,
        Jury,
        Arithmetic,
        Report // agreed with a receipt that a jury refuted
    }

    enum Outcome {
        Open,
        Convicted,
        Acquitted,
        /// No jury reached a majority of enough seats; bonds go back, less what jurors earned.
        Undecided
    }

    /// @notice What the court was created with. KOIN amounts in base units, below 2^96.
    /// @param jurySeats Expected seats of the first jury; each next one has twice as many and one.
    /// @param jurorFee Most a juror earns for a seat.
    /// @param jurorPenalty What a seat costs whose vote was wrong, or sealed and not opened.
    /// @param accuseBond Pays the jury and the accused when an accusation was wrong: at least jurySeats x jurorFee +
    /// compensation.
    /// @param demandBond Pays the node that answers: covers its gas for ANSWER_MAX bytes.
    /// @param absencePenalty What a drawn auditor loses that reports nothing.
    /// @param lien Stake held while something about a receipt is open.
    /// @param bounty For an accusation that a jury upheld: covers its gas and the bond's interest, no more.
    /// @param evidenceBounty For every other conviction: covers its gas, no more. A thief of an operator key can have
    /// it. @param compensation For a node that was accused and acquitted.
    struct Terms {
        uint32 jurySeats;
        uint96 jurorFee;
        uint96 jurorPenalty;
        uint96 accuseBond;
        uint96 demandBond;
        uint96 absencePenalty;
        uint96 lien;
        uint96 bounty;
        uint96 evidenceBounty;
        uint96 compensation;
    }

    /// @notice `accused` was found to have signed `statement` (an EIP-712 digest) falsely; `slashed` KOIN of its stake
    /// are locked, and gone with `enforce`.
    /// @param dispute Zero where it was decided at once; the demand's id for silence.
    event Convicted(
        address indexed accused,
        bytes32 indexed statement,
        bytes32 indexed dispute,
        Ground ground,
        address accuser,
        uint256 slashed
    );

    /// @notice The stake locked under `id` (see `sentenceOf`) was taken: `bounty` and `fees` are paid from it, `burned`
    /// burns.
    event Enforced(
        address indexed accused, bytes32 indexed id, uint256 slashed, address bountyTo, uint256 bounty, uint256 fees
    );
    event Burned(uint256 amount);
    event Withdrawn(address indexed token, address indexed account, uint256 amount);
    event Refunded(bytes32 indexed receipt, address indexed payer, address indexed token, uint256 amount);
    event Swept(bytes32 indexed receipt, address indexed token, uint256 amount);

    /// @notice The receipt is a planted fault, so a jury's verdict costs its signer the costs alone.
    event Pleaded(bytes32 indexed receipt);

    error ZeroAmount();
    error ZeroAddress();

    /// @notice The digest was not signed by `signer`, or the signature is not canonical (the same error as in Digests).
    error BadSignature(bytes32 digest, address signer);

    /// @notice The pieces do not belong together: what was handed in for `what` is not what the statement names.
    error EvidenceMismatch(string what);

    /// @notice The evidence is consistent with an honest signer.
    error NoContradiction();

    /// @notice The statement (or this demand, or this dispute) has been decided or is open already.
    error AlreadyRaised(bytes32 id);
    error Unknown(bytes32 id);

    /// @notice Too early or too late: it can be done from `from` until before `until`.
    error NotNow(uint256 from, uint256 until);
    error NotAuthorized(address caller, address expected);

    /// @notice The statement is too old: its signer may have left with its stake.
    error TooOld(uint256 deadline);

    /// @notice This court is not in office, or will not be for long enough to end what is asked for.
    error OutOfOffice();
    error BadTerms();

    enum Demanded {
        /// The receipt's place in its signer's log: answer = abi.encode(Place).
        Inclusion,
        /// What `execution` commits to: answer = abi.encode(Opening). Public orders only (salt zero).
        Opening,
        /// The state root after step `index`, or after the last one where there are fewer: answer =
        /// abi.encode(Opening, uint64 count, bytes32 root, bytes32[] path). The first answer fixes the count.
        Trace,
        /// Bytes whose sha-256 is one of manifest, output, verdict (`index` 0, 1, 2; not zero): answer = the bytes,
        /// of any length, since the node cannot help theirs.
        Preimage,
        /// The log of `head` (demandConsistency) continues in anchor `index`: answer = abi.encode(bytes32[] path).
        Consistency,
        /// The report of a node the lot gave a leaf: answer = abi.encode(AuditReport, Signature).
        Report
    }

    event DemandMade(
        bytes32 indexed demand,
        address indexed node,
        bytes32 indexed statement,
        Demanded what,
        uint64 index,
        address demander,
        uint48 until
    );
    event DemandMet(bytes32 indexed demand, bytes answer);

    /// @param step The step's number as the accuser says. Paths bind order and ends of a trace, not numbers, so a juror
    /// starts from `previousRoot` (zero: from the manifest), wherever in the trace it stands.
    event Accused(
        bytes32 indexed dispute,
        address indexed accused,
        bytes32 indexed receipt,
        address accuser,
        uint64 step,
        bytes32 claimed,
        bytes32 previousRoot
    );

    /// @notice A jury of about `seats` seats is drawn from beacon round `beaconRound`; sealed votes are taken until
    /// `commitUntil`, opened until `revealUntil`, the decision can be appealed until `appealUntil`.
    event JuryCalled(
        bytes32 indexed dispute,
        uint8 round,
        uint64 beaconRound,
        uint48 stakeBlock,
        uint32 seats,
        uint48 commitUntil,
        uint48 revealUntil,
        uint48 appealUntil
    );
    event VoteSealed(bytes32 indexed dispute, uint8 round, address indexed juror);
    event VoteOpened(bytes32 indexed dispute, uint8 round, address indexed juror, bytes32 outcome, uint32 seats);
    event SealOpened(bytes32 indexed dispute, bytes32 outcome);
    event Appealed(bytes32 indexed dispute, uint8 round, address indexed appellant);
    event Resolved(bytes32 indexed dispute, Outcome outcome, bytes32 majority);
    event VoteSettled(bytes32 indexed dispute, uint8 round, address indexed juror, uint256 reward, uint256 penalty);

    struct Dispute {
        address accused;
        address accuser;
        bytes32 receipt;
        /// Outcome digest the provider's commitments imply: sha256(stateRoot ‖ isLast ‖ exitCode ‖ fuel ‖
        /// rawOutput).
        bytes32 claimed;
        /// keccak256(abi.encode(outcome, salt)) of the accuser's own result.
        bytes32 sealed_;
        /// Opened seal, zero before.
        bytes32 opened;
        uint48 stakeBlock;
        uint8 round;
        Outcome outcome;
        /// Majority of the last round that had one; zero before.
        bytes32 majority;
    }

    struct Jury {
        uint64 beaconRound;
        uint48 commitUntil;
        uint48 revealUntil;
        uint48 appealUntil;
        /// Expected seats.
        uint32 seats;
        uint32 revealedSeats;
        /// Leading outcome and its seats.
        uint32 leadingSeats;
        bytes32 leading;
        address appellant;
    }

    enum VoteState {
        None,
        Sealed,
        Opened,
        Settled
    }
}
