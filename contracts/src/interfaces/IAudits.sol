// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AuditReport, Order, Place, Receipt, Signature} from "../types/Statements.sol";
import {IBeacon} from "./IBeacon.sol";

/// @title Audits: what auditors are paid from, and the faults that keep them awake.
/// @notice Fees. This contract is the payee of ordinary Escrow channels: with an order that is to be audited the payer
/// signs a fee voucher to it of auditRatePpm x auditAmount (expected cost of the audit), which anybody may claim.
/// Nobody owns the pool; only drawn auditors' reports are paid from it.
///
/// Tickets. Proving a report on chain costs more than most audits earn, so reports are lottery tickets: one in
/// TICKET_ODDS, picked by the beacon round after the report's own first anchor, is paid TICKET_ODDS x auditAmount. In
/// expectation each is paid its due, and the cost of proof is divided by TICKET_ODDS.
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

    error BadSignature(bytes32 digest, address signer);
    error EvidenceMismatch(string what);
    error NotDrawn(address auditor);
    error NotWinning(bytes32 report);
    error AlreadyPaid(bytes32 report);
    error NotNow(uint256 from, uint256 until);
    error Unknown(bytes32 id);
    error AlreadyRaised(bytes32 id);

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

    /// @notice Pays a drawn auditor's winning report. Anybody may, it goes to the auditor's Escrow balance or wallet.
    function redeem(
        Receipt calldata receipt,
        Signature calldata receiptSignature,
        Order calldata order,
        Place calldata receiptPlace,
        AuditReport calldata report,
        Signature calldata reportSignature,
        Place calldata reportPlace
    ) external returns (uint256 amount);

    function paid(bytes32 report) external view returns (bool);

    function BEACON() external view returns (IBeacon);
    function TICKET_ODDS() external view returns (uint256);
    function PLANT_DEPOSIT() external view returns (uint256);
    function REVEAL_WINDOW() external view returns (uint48);
}
