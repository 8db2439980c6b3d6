// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ChannelKey} from "../types/ChannelKey.sol";
import {AuditReport, LogHead, Opening, Order, Place, Receipt, Signature, Step} from "../types/Statements.sol";
import {IArithmetic} from "./IArithmetic.sol";
import {IAudits} from "./IAudits.sol";
import {IBeacon} from "./IBeacon.sol";
import {ICourtTypes} from "./ICourtTypes.sol";
import {IEscrow} from "./IEscrow.sol";
import {INodes} from "./INodes.sol";

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
/// signer's stake. It happens in two steps, each of them anybody's: the conviction locks the stake, `enforce` takes it.
/// Out of at most a quarter of it come the jury's fees and the accuser's bounty (a fixed sum that covers the cost of
/// accusing); the rest burns. A wronged requester gets back what it paid, from the provider's maturing claims. So
/// accusing oneself, or cashing in with a stolen operator key, burns a stake to earn back a cost.
///
/// Accusing and demanding take a bond in KOIN (allowance assumed), which pays whoever was bothered if it was for
/// nothing. Everything paid out is pulled with `withdraw`. Every dispute ends by itself: each state has a deadline, and
/// after it anybody may move it on; nothing waits for a party.
///
/// Only the court in office convicts. No dispute or demand is opened that could outlast it: none from one window before
/// the next court can take office. A court that left still ends what is open, and pays out what it holds.
interface ICourt is ICourtTypes {
    // ── What can be disputed, and how it stands
    // ─────────────────────────────────────────────────────────────────────

    /// @notice On what ground a statement was found false; None while it was not.
    function groundOf(bytes32 statement) external view returns (Ground);

    /// @notice Takes the stake that a conviction locked: pays, and burns the rest. Anybody may, at any time.
    /// @param id The dispute or demand that ended in it; the statement (of accuseReceipts: the first) where it was
    /// decided at once. Reverts: Unknown where nothing is to be enforced (any more).
    function enforce(address accused, bytes32 id) external;

    /// @notice What `enforce` would take, and who gets the bounty (zero for nobody).
    function sentenceOf(address accused, bytes32 id) external view returns (uint256 amount, address bountyTo);

    /// @notice Shows that a receipt is a fault planted before the log first held it (see IAudits), anybody may, at any
    /// time before it is convicted: it then costs its signer the jury's fees and the bounty, from the lien alone.
    /// @param anchorIndex The first anchor that covers the receipt's `logIndex`; made after the plant was committed to.
    function plead(Receipt calldata receipt, uint256 anchorIndex) external;

    function isPlanted(bytes32 receipt) external view returns (bool);

    /// @notice Whether a jury or arithmetic found it false, on whatever ground it was convicted first.
    function isRefuted(bytes32 receipt) external view returns (bool);

    // ── Equivocation: decided at once, no bond
    // ──────────────────────────────────────────────────────────────────────

    /// @notice Two receipts of one signer for one manifest with different exit code, fuel, raw output or trace.
    /// @dev Salts may differ. Both count as convicted; the stake is enforced under the digest of `a`. Reverts:
    /// BadSignature, EvidenceMismatch, NoContradiction, AlreadyRaised (both decided).
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

    /// @notice A receipt that does not stand at its `logIndex`: the anchored log has a leaf of other data there.
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
    /// @dev Freezes the receipt's amount of maturing claims for its payer. An absent auditor loses ABSENCE_PENALTY.
    /// @param receipt What the demand is about; not read where that is a head.
    function closeDemand(bytes32 id, Receipt calldata receipt) external;

    /// @notice How a demand stands: zero `until` when unknown.
    function demandOf(bytes32 id)
        external
        view
        returns (address node, address demander, uint48 until, Demanded what, Outcome outcome);

    // ── Jury
    // ────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Disputes one step of a public receipt. Bond: ACCUSE_BOND.
    /// @dev The accuser claims that the state before the step is right and the outcome after it wrong. Freezes LIEN and
    /// the receipt's amount of maturing claims, once a receipt. One dispute a step (its previous root and claimed
    /// outcome): were it one a receipt, a cheater would have itself acquitted of a step that is right. `step.index` and
    /// `step.count` are believed only as far as the paths bind them: leftmost, next to each other, rightmost.
    /// Reverts: BadSignature, EvidenceMismatch, AlreadyRaised, TooOld, OutOfOffice.
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

    /// @notice A juror's sealed vote: keccak256(abi.encode(dispute, round, juror, outcome, salt)). Whoever seals must
    /// open, if it has seats. Whether it has is looked at when it opens.
    function sealVote(bytes32 dispute, bytes32 vote) external;

    /// @notice Opens a sealed vote; seats follow from the beacon and the stake at `stakeBlock`: the juror's share of
    /// all stake but that of the accused and the accuser, who have no seat. (Their share must not leave seats empty, or
    /// a
    /// small network could never decide.)
    function openVote(bytes32 dispute, bytes32 outcome, bytes32 salt) external;

    /// @notice The accuser's own result, once votes are no longer taken. There is a bounty only if it is the
    /// majority's.
    function openSeal(bytes32 dispute, bytes32 outcome, bytes32 salt) external;

    /// @notice Asks for a jury of 2m + 1 seats. Bond: appealBond(dispute). Anybody may, MAX_ROUNDS - 1 times.
    function appeal(bytes32 dispute) external;

    /// @notice After a deadline: calls the next jury where this one had no majority of at least half its seats, or
    /// decides: by the last jury that had one. Anybody may.
    function resolve(bytes32 dispute) external;

    /// @notice After the decision: pays a juror that voted with it, takes a penalty from one that did not or sealed a
    /// vote and never opened it. Where nothing was decided, every opened seat is paid. Anybody may, for any juror.
    function settleVote(bytes32 dispute, uint8 round, address juror) external;

    /// @notice A dispute by its id: keccak256(abi.encode(receipt digest, previousRoot, claimed)).
    function disputeOf(bytes32 dispute) external view returns (Dispute memory);
    function juryOf(bytes32 dispute, uint8 round) external view returns (Jury memory);
    /// @notice Seats `juror` has in a round; reverts with IBeacon.RoundUnknown before the beacon. Accused and accuser
    /// have none, and their stake does not count.
    function seatsOf(bytes32 dispute, uint8 round, address juror) external view returns (uint256);

    /// @notice How a juror's vote stands, and its seats once it was opened.
    function voteOf(bytes32 dispute, uint8 round, address juror) external view returns (VoteState state, uint32 seats);

    /// @notice Bond of the next appeal, KOIN: what its jury costs at most.
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

    /// @notice Pays the payer of a convicted receipt back what it paid for it, from what was frozen, is maturing, or
    /// was given back after an acquittal and has not matured. Where there is less, the rest can be asked for again.
    /// @dev The voucher must have been claimed, its `receiptsRoot` must hold the receipt (path at `index` of `size`;
    /// leaves are receipt digests), and all refunds of a channel stay within what was claimed of it and not returned by
    /// closing. Planted faults are not refunded.
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

    /// @notice Burns what was frozen for a convicted receipt and its payer did not ask for within EVIDENCE_WINDOW of
    /// the end of everything about it. What is not KOIN goes to an address that nobody has.
    function sweep(bytes32 receipt) external;

    /// @notice Burns the KOIN that penalties and lost bonds have left here. Anybody may; `enforce` does so too.
    function burn() external;

    /// @notice What is frozen or held for a receipt, and how many disputes and demands about it are open.
    function caseOf(bytes32 receipt) external view returns (uint256 lien, uint256 frozen, uint256 open, uint48 at);

    // ── Constants
    // ───────────────────────────────────────────────────────────────────────────────────────────────────

    function BEACON() external view returns (IBeacon);
    function ARITHMETIC() external view returns (IArithmetic);
    function nodes() external view returns (INodes);
    function escrow() external view returns (IEscrow);
    function audits() external view returns (IAudits);
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
    function EVIDENCE_BOUNTY() external view returns (uint256);
    function COMPENSATION() external view returns (uint256);
    /// @notice Bytes of an answer that DEMAND_BOND pays for.
    function ANSWER_MAX() external view returns (uint256);
}
