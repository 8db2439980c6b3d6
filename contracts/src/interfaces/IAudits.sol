// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AuditReport, Order, Place, Receipt, Signature} from "../types/Statements.sol";
import {IBeacon} from "./IBeacon.sol";

/// @title Audits: what auditors are paid from, and the faults that keep them awake.
/// @notice Fees. A requester keeps a fund here from which the audits of its orders are paid; each order names what one
/// audit is worth (`auditAmount`). A fund pays for its own requester's orders alone, so nobody is paid from what
/// others paid, and inventing orders to audit them oneself moves one's own money. Taking a fund back takes
/// REFUND_DELAY.
/// Tickets. Proving a report on chain costs more than most audits earn, so reports are lottery tickets: one in
/// TICKET_ODDS, picked by the beacon round after the report's own first anchor, is paid TICKET_ODDS x auditAmount, as
/// far as the fund goes. In expectation each is paid its due, and the cost of proof is divided by TICKET_ODDS.
///
/// Planted faults. A provider and a requester who plant a false receipt on purpose commit to it beforehand with a
/// deposit, as a set of which every member must be revealed in time. The court then does not slash the provider for a
/// revealed one, but does slash auditors who agreed with it. Hiding a real fault in a set does not pay: all of it
/// becomes public, or the deposit burns.
interface IAudits {
    event Committed(bytes32 indexed set, address indexed provider, uint32 count, uint48 revealUntil, uint256 deposit);
    event Revealed(bytes32 indexed set, bytes32 indexed order);
    event Released(bytes32 indexed set, address indexed provider, uint256 deposit);
    event Burned(bytes32 indexed set, uint256 deposit);
    event TicketPaid(bytes32 indexed report, address indexed auditor, address indexed token, uint256 amount);

    error EvidenceMismatch(string what);
    error NotDrawn(address auditor);
    error NotWinning(bytes32 report);
    error AlreadyPaid(bytes32 report);
    error TokenTookMore(address token, uint256 amount, uint256 taken);
    error NotNow(uint256 from, uint256 until);
    error Unknown(bytes32 id);
    error AlreadyRaised(bytes32 id);

    // ── Funds

    event Funded(address indexed requester, address indexed token, uint256 amount);
    event RefundRequested(address indexed requester, address indexed token, uint256 amount, uint48 refundableAt);
    event Refunded(address indexed requester, address indexed token, uint256 amount);

    error ZeroAmount();
    error InsufficientFund(address requester, address token, uint256 asked, uint256 available);

    /// @notice Adds what arrives of `amount` of the caller's tokens to the fund of `requester`. Assumes an allowance.
    function fund(IERC20 token, address requester, uint256 amount) external returns (uint256 received);

    /// @notice Takes `amount` out of the caller's fund; refundable REFUND_DELAY later. A second request adds to the
    /// first and starts the delay again. What is on its way out still pays tickets, last.
    function requestRefund(IERC20 token, uint256 amount) external;

    /// @notice Pays out what was requested, as far as it is still there.
    function refund(IERC20 token, address to) external returns (uint256 amount);

    /// @notice What `requester` has for the audits of orders still to come: its fund less what it asked back.
    function fundOf(address requester, address token) external view returns (uint256);

    // ── Planted faults

    /// @notice Commits the calling operator to `count` planted faults. `root`: RFC 6962 root over leaves sha256(order
    /// digest ‖ salt). Deposit count x PLANT_DEPOSIT, KOIN, allowance assumed. Returns the set's id.
    function commitPlants(bytes32 root, uint32 count) external returns (bytes32 set);

    /// @notice Reveals plant `index`: the order, the requester's signature over Plant(order digest), its place in the
    /// set. @dev The set must be older than the receipt's first anchor; the court checks that with `plantedBefore`.
    function revealPlant(
        bytes32 set,
        Order calldata order,
        Signature calldata consent,
        bytes32 salt,
        uint256 index,
        bytes32[] calldata path
    ) external;

    /// @notice After the reveal window: gives the deposit back if all were revealed, burns it otherwise.
    function closePlants(bytes32 set) external;

    /// @notice When the order was committed to as a planted fault of `provider`, unix seconds; zero when it was not (or
    /// is not revealed).
    function plantedAt(address provider, bytes32 order) external view returns (uint48);

    // ── Tickets

    /// @notice Pays a drawn auditor's winning report, to the auditor. Anybody may.
    /// @param k The draw at which the lot fell on the auditor; the report's `draw` is the seed.
    function redeem(
        Receipt calldata receipt,
        Signature calldata receiptSignature,
        Order calldata order,
        Place calldata receiptPlace,
        AuditReport calldata report,
        Signature calldata reportSignature,
        Place calldata reportPlace,
        uint8 k
    ) external returns (uint256 amount);

    function paid(bytes32 report) external view returns (bool);

    function BEACON() external view returns (IBeacon);
    function TICKET_ODDS() external view returns (uint256);
    function PLANT_DEPOSIT() external view returns (uint256);
    function REFUND_DELAY() external view returns (uint48);
    function REVEAL_WINDOW() external view returns (uint48);
}
