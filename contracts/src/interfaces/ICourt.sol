// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ChannelKey} from "../types/ChannelKey.sol";
import {AuditReport, LogHead, Opening, Order, Place, Receipt, Signature, Step} from "../types/Statements.sol";
import {IBeacon} from "./IBeacon.sol";

/// @title Court: takes a false statement and the cheapest evidence that is enough, and slashes who signed it.
/// @notice Four kinds of evidence.
///
/// *Equivocation* decides at once: two receipts for one manifest that cannot both be true, a signed statement that the
/// log omits, a log that forked.
/// *Unavailability*: a demand names one thing of at most ANSWER_MAX bytes that a node must be able to show; whoever
/// stays silent for DEMAND_WINDOW loses.
/// *Jury*: one step of a computation is in dispute. Staked nodes drawn by lot replay that step and vote with the digest
/// of its outcome, sealed first and opened afterwards. Being deterministic, honest jurors agree to the bit.
/// *Arithmetic*: a contract recomputes the disputed operation itself (see IArithmetic).
///
/// A conviction takes the signer's whole stake, but for what other disputes hold: the design calls a receipt worth its
/// signer's stake. From it come the jury's fees, the accuser's bounty (a fixed sum that covers the cost of accusing),
/// and nothing else; the rest burns. A wronged requester gets back what it paid, from the provider's maturing claims.
/// So accusing oneself, or cashing in with a stolen operator key, burns a stake to earn back a cost.
///
/// Accusing and demanding take a bond in KOIN (allowance assumed), which pays whoever was bothered if it was for
/// nothing. Everything paid out is pulled with `withdraw`. Every dispute ends by itself: each state has a deadline, and
/// after it anybody may move it on; nothing waits for a party.
interface ICourt {
    // ── What can be disputed, and how it stands
    // ─────────────────────────────────────────────────────────────────────

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

    /// @notice `accused` was found to have signed `statement` (an EIP-712 digest) falsely, and lost `slashed` KOIN.
    /// @param dispute Zero where it was decided at once.
    event Convicted(
        address indexed accused,
        bytes32 indexed statement,
        bytes32 indexed dispute,
        Ground ground,
        address accuser,
        uint256 slashed
    );
    event Withdrawn(address indexed token, address indexed account, uint256 amount);
    event Refunded(bytes32 indexed receipt, address indexed payer, address indexed token, uint256 amount);

    error ZeroAmount();
    error ZeroAddress();
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

    /// @notice On what ground a statement was found false; None while it was not.
    function groundOf(bytes32 statement) external view returns (Ground);

    // ── Equivocation: decided at once, no bond
    // ──────────────────────────────────────────────────────────────────────

    /// @notice Two receipts of one signer for one manifest with different exit code, fuel, raw output or trace.
    /// @dev Salts may differ. Both count as convicted. Reverts: BadSignature, EvidenceMismatch, NoContradiction,
    /// AlreadyRaised (both decided).
    function accuseReceipts(
        Receipt calldata a,
        Signature calldata aSignature,
        Opening calldata aOpening,
        Receipt calldata b,
        Signature calldata bSignature,
        Opening calldata bOpening
    ) external;

    /// @notice A receipt whose `anchorBy` has passed while its signer's log still ends at or below its `logIndex`.
    function accuseOmittedReceipt(Receipt calldata receipt, Signature calldata signature) external;

    /// @notice Same for an audit report.
    function accuseOmittedReport(AuditReport calldata report, Signature calldata signature) external;

    /// @notice A statement (receipt or report digest, whose log place is `logIndex`) that stands at its index in no
    /// form: the anchored log has a leaf of other data there.
    /// @param entryType Type byte of the leaf that is there, `digest` and `place.leafSalt` the rest of it.
    function accuseMisplacedReceipt(
        Receipt calldata receipt,
        Signature calldata signature,
        uint8 entryType,
        bytes32 digest,
        Place calldata place
    ) external;

    /// @notice Two signed heads of one size with different roots.
    function accuseHeads(
        LogHead calldata a,
        Signature calldata aSignature,
        LogHead calldata b,
        Signature calldata bSignature
    ) external;

    /// @notice A signed head that contradicts an anchor of its own size.
    function accuseHead(LogHead calldata head, Signature calldata signature, uint256 anchorIndex) external;

    /// @notice A report that agrees with the execution of a receipt that a jury (or arithmetic) found false.
    function accuseReport(AuditReport calldata report, Signature calldata signature, Receipt calldata receipt) external;

    // ── Unavailability
    // ──────────────────────────────────────────────────────────────────────────────────────────────

    enum Demanded {
        /// The receipt's place in its signer's log: answer = abi.encode(Place).
        Inclusion,
        /// What `execution` commits to: answer = abi.encode(Opening). Public orders only (salt zero).
        Opening,
        /// The state root after step `index`: answer = abi.encode(Opening, uint64 count, bytes32 root, bytes32[] path).
        Trace,
        /// At most ANSWER_MAX bytes whose sha-256 is one of manifest, output, verdict (`index` 0, 1, 2): answer = the
        /// bytes.
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

    /// @notice Demands something about a receipt. Bond: DEMAND_BOND, paid to the node when it answers.
    /// @dev Freezes LIEN of the node's stake, once a receipt. Orders with a grant (private work) can be asked for
    /// Inclusion only. Heard until EVIDENCE_WINDOW after `anchorBy`.
    function demand(
        Receipt calldata receipt,
        Signature calldata signature,
        Order calldata order,
        Demanded what,
        uint64 index
    ) external returns (bytes32 id);

    /// @notice Demands that a signed head and an anchor of the same log belong to one log.
    function demandConsistency(LogHead calldata head, Signature calldata signature, uint256 anchorIndex)
        external
        returns (bytes32 id);

    /// @notice Demands the report of an auditor that the lot gave the receipt at the first draw (k = 0), REPORT_WINDOW
    /// after the leaf's first anchor.
    /// @dev Silence costs ABSENCE_PENALTY, not the stake. A report with verdict 3 (not served) is an answer.
    function demandReport(
        Receipt calldata receipt,
        Signature calldata signature,
        Order calldata order,
        Place calldata place,
        address auditor
    ) external returns (bytes32 id);

    /// @notice Answers a demand. Anybody may; the bond goes to the node. Reverts: EvidenceMismatch, NotNow.
    /// @param answer_ As the kind of demand says.
    function answer(bytes32 id, Receipt calldata receipt, bytes calldata answer_) external;

    /// @notice Answers a demand for consistency.
    function answerConsistency(bytes32 id, LogHead calldata head, bytes32[] calldata path) external;

    /// @notice After the deadline: convicts whoever stayed silent. Anybody may.
    function closeDemand(bytes32 id, Receipt calldata receipt) external;

    /// @notice How a demand stands: zero `until` when unknown.
    function demandOf(bytes32 id)
        external
        view
        returns (address node, address demander, uint48 until, Demanded what, Outcome outcome);

    // ── Jury
    // ────────────────────────────────────────────────────────────────────────────────────────────────────────

    event Accused(
        bytes32 indexed dispute,
        address indexed accused,
        bytes32 indexed receipt,
        address accuser,
        uint64 step,
        bytes32 claimed
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

    /// @notice Disputes one step of a public receipt. Bond: ACCUSE_BOND.
    /// @dev The accuser claims that the state before the step is right and the outcome after it wrong. Freezes LIEN and
    /// the receipt's amount of maturing claims, once a receipt. One dispute a receipt. `step.index` and `step.count`
    /// are believed only as far as the paths bind them: leftmost, next to each other, rightmost.
    /// @param opening Public orders: salt zero. Private ones: the drawn parties disclose what they choose to.
    /// @param seal keccak256(abi.encode(outcome, salt)).
    function accuse(
        Receipt calldata receipt,
        Signature calldata signature,
        Order calldata order,
        Opening calldata opening,
        Step calldata step,
        bytes32 seal
    ) external returns (bytes32 dispute);

    /// @notice A juror's sealed vote: keccak256(abi.encode(dispute, round, juror, outcome, salt)).
    function sealVote(bytes32 dispute, bytes32 vote) external;

    /// @notice Opens a sealed vote; seats follow from the beacon and the stake at `stakeBlock`: the juror's share of all
    /// stake but that of the accused and the accuser, who have no seat. (Their share must not leave seats empty, or a
    /// small network could never decide.)
    function openVote(bytes32 dispute, bytes32 outcome, bytes32 salt) external;

    /// @notice The accuser's own result, once votes are no longer taken. Without it there is no bounty.
    function openSeal(bytes32 dispute, bytes32 outcome, bytes32 salt) external;

    /// @notice Asks for a jury of 2m + 1 seats. Bond: appealBond(dispute). Anybody may, MAX_ROUNDS - 1 times.
    function appeal(bytes32 dispute) external;

    /// @notice After a deadline: calls the next jury where this one had no majority of at least half its seats, or
    /// decides. Anybody may.
    function resolve(bytes32 dispute) external;

    /// @notice After the decision: pays a juror that voted with it, takes a penalty from one that did not or never
    /// opened its vote. Anybody may, for any juror.
    function settleVote(bytes32 dispute, uint8 round, address juror) external;

    /// @notice The digest of a dispute: keccak256(abi.encode(receipt digest)).
    function disputeOf(bytes32 dispute) external view returns (Dispute memory);
    function juryOf(bytes32 dispute, uint8 round) external view returns (Jury memory);
    /// @notice Seats `juror` has in a round; reverts with IBeacon.RoundUnknown before the beacon.
    function seatsOf(bytes32 dispute, uint8 round, address juror) external view returns (uint256);
    /// @notice Bond of the next appeal, KOIN.
    function appealBond(bytes32 dispute) external view returns (uint256);

    // ── Arithmetic
    // ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Convicts by a contract that recomputes; reverts NoContradiction when it finds nothing. See IArithmetic.
    function accuseByArithmetic(
        Receipt calldata receipt,
        Signature calldata signature,
        Opening calldata opening,
        bytes calldata evidence
    ) external;

    // ── Money
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice What the court holds for `account`.
    function owed(address token, address account) external view returns (uint256);

    /// @notice Sends the caller's share of `token` to the caller.
    function withdraw(IERC20 token) external returns (uint256 amount);

    /// @notice Pays the payer of a convicted receipt back what it paid for it, from what was frozen or is maturing.
    /// @dev The voucher must have been claimed, its `receiptsRoot` must hold the receipt (path at `index` of `size`),
    /// and all refunds of a channel stay within what was claimed of it.
    function refund(
        Receipt calldata receipt,
        Order calldata order,
        ChannelKey calldata key,
        uint128 cumulativeAmount,
        bytes32 receiptsRoot,
        Signature calldata voucherSignature,
        uint256 index,
        uint256 size,
        bytes32[] calldata path
    ) external;

    /// @notice Burns what nobody can ask for any more of a decided receipt's frozen amount, EVIDENCE_WINDOW later.
    function sweep(bytes32 receipt) external;

    // ── Constants
    // ───────────────────────────────────────────────────────────────────────────────────────────────────

    function BEACON() external view returns (IBeacon);
    /// @notice Evidence about a statement is heard until so long after its anchorBy: one challenge window.
    function EVIDENCE_WINDOW() external view returns (uint48);
    function DEMAND_WINDOW() external view returns (uint48);
    function REPORT_WINDOW() external view returns (uint48);
    function COMMIT_WINDOW() external view returns (uint48);
    function REVEAL_WINDOW() external view returns (uint48);
    function APPEAL_WINDOW() external view returns (uint48);
    function JURY_SEATS() external view returns (uint32);
    function MAX_ROUNDS() external view returns (uint8);
    function JUROR_FEE() external view returns (uint256);
    function JUROR_PENALTY() external view returns (uint256);
    function ACCUSE_BOND() external view returns (uint256);
    function DEMAND_BOND() external view returns (uint256);
    function ABSENCE_PENALTY() external view returns (uint256);
    function LIEN() external view returns (uint256);
    function BOUNTY() external view returns (uint256);
    function ANSWER_MAX() external view returns (uint256);
}
