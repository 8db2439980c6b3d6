// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AuditReport, Order, Place, Receipt, Signature} from "../types/Statements.sol";
import {IBeacon} from "./IBeacon.sol";

/// @title Audits: what auditors are paid from, and the faults that keep them awake.
/// @notice Fees. A requester keeps a fund here from which the audits of its orders are paid; each order names what one
/// audit is worth (`auditAmount`). A fund pays for orders its own requester signed, and for no others. Taking it back
/// takes REFUND_DELAY.
///
/// Tickets. Proving a report on chain costs more than most audits earn, so an order is a lottery ticket: one in
/// TICKET_ODDS wins, and pays TICKET_ODDS x auditAmount to one auditor, as far as the fund goes. In expectation no
/// order costs its requester more than its `auditAmount`, whatever provider and auditors do, since nothing of theirs is
/// in the lot: an order has one drawing, named by its own `expiresAt`, and one lot in it, sha256(beacon value ‖ order
/// digest). Another receipt, report, anchor, salt or auditor for the same order changes neither, and an order pays
/// once.
///
/// 1. Receipt and report are anchored.
/// 2. Two to three REPORT_WINDOWs after the order expires, at a multiple of REPORT_WINDOW, its drawing can be held.
/// 3. Somebody holds it, which fixes the first beacon round that nobody can know yet.
/// 4. The round is known: whoever won redeems.
///
/// A drawing takes in every order that expires in one REPORT_WINDOW, so it is held once for all of them; whoever hopes
/// to win holds it. The first to do so fixes the beacon's round, and cannot know its value; a report must have been
/// anchored before the drawing could be held, so nobody reports just because a ticket won.
///
/// Rounds. A ticket needs two: the drawing's, and the one by which the lot fell on the auditor. `redeem` reads both
/// from the beacon. With drand any round can be recorded at any time. Block hashes are lost unless somebody records
/// them within 256 blocks (8191 with EIP-2935): an auditor that wants to be paid records the receipt's round when it is
/// drawn, and the drawing's when it wins.
///
/// Which orders to work for is the auditor's choice. Anchors can be read for a challenge window W at least and refunds
/// take two, so an order that expires within three REPORT_WINDOWs of the receipt's anchor can be redeemed in time. What
/// is left in a fund is not set aside for anybody: a requester with a provider and an auditor of its own can win its
/// tickets first. That costs auditors the pay of one drawing, and nobody else's money.
///
/// Planted faults. A provider and a requester who plant a false receipt on purpose commit to it beforehand with a
/// deposit, as a set of which every member must be revealed within REVEAL_WINDOW. The court then does not slash the
/// provider's stake for a revealed one, but does slash auditors who agreed with it.
/// A cheater would keep its false receipts in a set, reveal them where it is caught and hide them otherwise. Then
/// being caught costs little, and what deters it must be the price of hiding: the whole deposit burns. What a provider
/// can win by false receipts at any one time is kept below its stake S (the bond rule: gain <= rate x detection x (1 -
/// collusion) x S, over everything in flight). So the deposit of a set, however few its members, is no less than S,
/// and PLANT_DEPOSIT for each. One who adds stake afterwards, to be trusted with more than it deposited, loses the
/// shield: nothing is revealed while the stake exceeds 5/4 of the deposit. (Others can add stake too, but only as a
/// gift of a quarter of the deposit.) With a third of auditors colluding, hiding thus brings at most 5/4 x 2/3 of the
/// deposit, and burns all of it.
/// Whoever relies on a receipt it did not order itself asks `plantedAt`, and looks for sets of its provider that were
/// open when it was anchored: until they are whole it may be a plant, and one that burned hid some.
interface IAudits {
    event Committed(bytes32 indexed set, address indexed provider, uint32 count, uint48 revealUntil, uint256 deposit);
    event Revealed(bytes32 indexed set, bytes32 indexed order);
    event Released(bytes32 indexed set, address indexed provider, uint256 deposit);
    event Burned(bytes32 indexed set, uint256 deposit);
    event Held(uint256 indexed drawing, uint64 round);
    event TicketPaid(
        bytes32 indexed order, address indexed auditor, address indexed requester, address token, uint256 amount
    );

    error EvidenceMismatch(string what);
    /// @notice The lot did not fall on this auditor, or it may not audit this order.
    error NotDrawn(address auditor);
    error NotWinning(bytes32 order);
    error AlreadyPaid(bytes32 order);
    error TokenTookMore(address token, uint256 amount, uint256 taken);
    error NotNow(uint256 from, uint256 until);
    error Unknown(bytes32 id);
    error AlreadyRaised(bytes32 id);
    /// @notice Nobody held this drawing yet.
    error NotHeld(uint256 drawing);
    /// @notice The provider has more at stake than the deposit of the set can stand for.
    error StakeTooLarge(address provider, uint256 stake, uint256 most);

    // ── Funds

    event Funded(address indexed requester, address indexed token, uint256 amount);
    event RefundRequested(address indexed requester, address indexed token, uint256 amount, uint48 refundableAt);
    event Refunded(address indexed requester, address indexed token, uint256 amount);

    error ZeroAmount();
    error InsufficientFund(address requester, address token, uint256 asked, uint256 available);
    /// @notice A fund is packed into 104 bits.
    error FundTooLarge(address requester, address token, uint256 amount);

    /// @notice Adds what arrives of `amount` of the caller's tokens to the fund of `requester`. Assumes an allowance.
    function fund(IERC20 token, address requester, uint256 amount) external returns (uint256 received);

    /// @notice Takes `amount` out of the caller's fund; refundable REFUND_DELAY later. A second request adds to the
    /// first and starts the delay again. What is on its way out still pays tickets, last.
    function requestRefund(IERC20 token, uint256 amount) external;

    /// @notice Pays out what was requested, as far as it is still there.
    function refund(IERC20 token, address to) external returns (uint256 amount);

    /// @notice What `requester` has for the audits of orders still to come: its fund less what it asked back.
    function fundOf(address requester, address token) external view returns (uint256);

    /// @notice What `requester` asked back, and from when it can have it; zero when nothing is on its way.
    function leavingOf(address requester, address token) external view returns (uint256 amount, uint48 refundableAt);

    // ── Planted faults

    /// @notice One commitment. `deposit` is zero once the set is closed; it burned where `revealed < count`.
    struct PlantSet {
        address provider;
        uint48 committedAt;
        uint32 count;
        uint32 revealed;
        bytes32 root;
        uint256 deposit;
    }

    /// @notice Commits the calling operator to `count` planted faults. Deposit `plantDepositOf`, KOIN, allowance
    /// assumed. Returns the set's id.
    /// @param root RFC 6962 root over `count` leaves, each the leaf hash of order digest ‖ salt, so sha256(0x00 ‖
    /// order
    /// digest ‖ salt). The salt keeps the orders secret until they are revealed.
    function commitPlants(bytes32 root, uint32 count) external returns (bytes32 set);

    /// @notice What a set of `count` would cost `provider` now: PLANT_DEPOSIT for each, and no less than its stake
    /// (active and on its way out). KOIN base units.
    function plantDepositOf(address provider, uint32 count) external view returns (uint256);

    /// @notice Reveals plant `index`: the order, the requester's signature over Plant(order digest), its place in the
    /// set. Anybody may. @dev The set must be older than the receipt's first anchor; the court checks that with
    /// `plantedAt`. A consent is for an order, not for a set: repeating one in another set hides nothing, since the
    /// order shows as planted in both. Reverts: StakeTooLarge.
    function revealPlant(
        bytes32 set,
        Order calldata order,
        Signature calldata consent,
        bytes32 salt,
        uint256 index,
        bytes32[] calldata path
    ) external;

    /// @notice Gives the deposit back once all were revealed; burns it where one was not, after the reveal window.
    function closePlants(bytes32 set) external;

    /// @notice When the order was first committed to as a planted fault of `provider`, unix seconds; zero when it was
    /// not (or is not revealed). It stays for ever, also where the rest of its set was hidden: do not rely on receipts
    /// for such an order.
    function plantedAt(address provider, bytes32 order) external view returns (uint48);

    /// @notice Reverts: Unknown.
    function plantSet(bytes32 set) external view returns (PlantSet memory);

    // ── Tickets

    /// @notice What proves that a report is to be paid.
    /// @param orderSignature The requester's.
    /// @param receiptPlace In the first anchor that holds the receipt: its round and the stakes before it decide who is
    /// drawn.
    /// @param reportPlace In any anchor made before the drawing.
    /// @param k The draw at which the lot fell on the auditor, at most MAX_K; the report's `draw` is the seed.
    struct Ticket {
        Order order;
        Signature orderSignature;
        Receipt receipt;
        Signature receiptSignature;
        Place receiptPlace;
        AuditReport report;
        Signature reportSignature;
        Place reportPlace;
        uint8 k;
    }

    /// @notice Fixes the round of a drawing once its time has come (`drawingOf`). Anybody may; again changes nothing.
    function hold(uint256 drawing) external returns (uint64 round);

    /// @notice The drawing of orders that expire at `expiresAt` and from when it can be held, unix seconds: between two
    /// and three REPORT_WINDOWs later.
    function drawingOf(uint64 expiresAt) external view returns (uint256 drawing, uint256 heldFrom);

    /// @notice The round that decides a drawing; zero while it was not held.
    function roundOf(uint256 drawing) external view returns (uint64);

    /// @notice Pays a drawn auditor's report about a winning order, to the auditor. Anybody may; what is less than its
    /// due (where the fund has no more) only the auditor itself can accept.
    /// @dev Paid is what its signer answers for: a report that agrees, unless the court in office found the receipt
    /// false, and then one that does not agree. A report that differs or says it was not served costs nothing to make
    /// up; one that is right is rewarded by the court.
    /// At k every stake is drawn with 2^k times its share, and from one report nobody can see that the draw ended
    /// earlier; up to MAX_K the chance still follows the stake. An order that names its auditor leaves its pay
    /// to whoever named it. The auditor must hold the role now.
    /// Reverts: AlreadyPaid, BadSignature, EvidenceMismatch, NotHeld, RoundUnknown, NotWinning, NotDrawn,
    /// InsufficientFund.
    function redeem(Ticket calldata ticket) external returns (uint256 amount);

    /// @notice Whether an order has paid for its audit.
    function paid(bytes32 order) external view returns (bool);

    function BEACON() external view returns (IBeacon);
    function TICKET_ODDS() external view returns (uint256);
    function PLANT_DEPOSIT() external view returns (uint256);
    /// @notice Seconds: two challenge windows.
    function REFUND_DELAY() external view returns (uint48);
    /// @notice Seconds: one challenge window.
    function REVEAL_WINDOW() external view returns (uint48);
    /// @notice Seconds: a seventh of a challenge window, at least one.
    function REPORT_WINDOW() external view returns (uint48);
    function MAX_K() external view returns (uint8);
}
