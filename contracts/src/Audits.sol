// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {KoinToken} from "./KoinToken.sol";
import {IAudits} from "./interfaces/IAudits.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {INodes} from "./interfaces/INodes.sol";
import {Digests} from "./libraries/Digests.sol";
import {Lot} from "./libraries/Lot.sol";
import {Rfc6962} from "./libraries/Rfc6962.sol";
import {AuditReport, Order, Place, Receipt, Signature} from "./types/Statements.sol";

/// @title Audits
/// @notice Documented in IAudits.
contract Audits is IAudits, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint8 private constant RECEIPT_ENTRY = 1;
    uint8 private constant REPORT_ENTRY = 2;
    /// @dev Of roles in Nodes.
    uint16 private constant AUDIT_ROLE = 4;

    uint8 private constant AGREES = 1;

    /// @dev `left` is what nobody asked back, `leaving` is refundable from `refundableAt`.
    struct Fund {
        uint104 left;
        uint104 leaving;
        uint48 refundableAt;
    }

    uint8 public constant MAX_K = 4;

    INodes public immutable nodes;
    KoinToken public immutable koin;
    IBeacon public immutable BEACON;
    uint256 public immutable TICKET_ODDS;
    uint256 public immutable PLANT_DEPOSIT;
    uint48 public immutable REFUND_DELAY;
    uint48 public immutable REVEAL_WINDOW;
    uint48 public immutable REPORT_WINDOW;

    mapping(address requester => mapping(address token => Fund)) private _funds;
    mapping(bytes32 set => PlantSet) private _sets;
    mapping(bytes32 set => mapping(uint256 index => bool)) private _isRevealed;
    mapping(address provider => mapping(bytes32 order => uint48)) public plantedAt;
    mapping(address provider => uint256) private _setCounts;
    mapping(uint256 drawing => uint64) public roundOf;
    mapping(bytes32 order => bool) public paid;

    /// @param ticketOdds One order in so many pays for its audit, so many times its due.
    /// @param plantDeposit The least KOIN for one planted fault.
    constructor(INodes nodes_, KoinToken koin_, IBeacon beacon, uint256 ticketOdds, uint256 plantDeposit) {
        if (ticketOdds == 0 || plantDeposit == 0) revert ZeroAmount();
        nodes = nodes_;
        koin = koin_;
        BEACON = beacon;
        TICKET_ODDS = ticketOdds;
        PLANT_DEPOSIT = plantDeposit;
        uint48 window = nodes_.CHALLENGE_WINDOW();
        REFUND_DELAY = 2 * window;
        REVEAL_WINDOW = window;
        REPORT_WINDOW = window < 7 ? 1 : window / 7;
    }

    // ── Funds
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function fund(IERC20 token, address requester, uint256 amount) external nonReentrant returns (uint256 received) {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        received = token.balanceOf(address(this)) - before;
        if (received == 0) revert ZeroAmount();
        Fund storage it = _funds[requester][address(token)];
        uint256 left = it.left + received;
        // Keeps every sum of left and leaving within its word.
        if (left + it.leaving > type(uint104).max) revert FundTooLarge(requester, address(token), left);
        it.left = uint104(left);
        emit Funded(requester, address(token), received);
    }

    function requestRefund(IERC20 token, uint256 amount) external {
        if (amount == 0) revert ZeroAmount();
        Fund storage it = _funds[msg.sender][address(token)];
        if (amount > it.left) revert InsufficientFund(msg.sender, address(token), amount, it.left);
        it.left -= uint104(amount);
        it.leaving += uint104(amount);
        it.refundableAt = uint48(block.timestamp) + REFUND_DELAY;
        emit RefundRequested(msg.sender, address(token), amount, it.refundableAt);
    }

    function refund(IERC20 token, address to) external nonReentrant returns (uint256 amount) {
        Fund storage it = _funds[msg.sender][address(token)];
        amount = it.leaving;
        if (amount == 0) revert ZeroAmount();
        if (block.timestamp < it.refundableAt) revert NotNow(it.refundableAt, type(uint256).max);
        (it.leaving, it.refundableAt) = (0, 0);
        emit Refunded(msg.sender, address(token), amount);
        _send(token, to, amount);
    }

    function fundOf(address requester, address token) external view returns (uint256) {
        return _funds[requester][token].left;
    }

    function leavingOf(address requester, address token) external view returns (uint256, uint48) {
        Fund storage it = _funds[requester][token];
        return (it.leaving, it.refundableAt);
    }

    /// @dev A token that takes a fee on top of what it sends would be paid by the other funds.
    function _send(IERC20 token, address to, uint256 amount) private {
        uint256 before = token.balanceOf(address(this));
        token.safeTransfer(to, amount);
        uint256 left = token.balanceOf(address(this));
        if (left + amount < before) revert TokenTookMore(address(token), amount, before - left);
    }

    // ── Planted faults
    // ───────────────────────────────────────────────────────────────────────────────────────────────

    function commitPlants(bytes32 root, uint32 count) external returns (bytes32 set) {
        if (count == 0) revert ZeroAmount();
        nodes.node(msg.sender);
        set = keccak256(abi.encode(msg.sender, _setCounts[msg.sender]++, root));
        uint256 deposit = plantDepositOf(msg.sender, count);
        _sets[set] = PlantSet(msg.sender, uint48(block.timestamp), count, 0, root, deposit);
        emit Committed(set, msg.sender, count, uint48(block.timestamp) + REVEAL_WINDOW, deposit);
        IERC20(address(koin)).safeTransferFrom(msg.sender, address(this), deposit);
    }

    function plantDepositOf(address provider, uint32 count) public view returns (uint256) {
        uint256 stake = _stakeOf(provider);
        uint256 deposit = count * PLANT_DEPOSIT;
        return deposit < stake ? stake : deposit;
    }

    function revealPlant(
        bytes32 set,
        Order calldata order,
        Signature calldata consent,
        bytes32 salt,
        uint256 index,
        bytes32[] calldata path
    ) external {
        PlantSet storage it = _known(set);
        {
            uint256 until = it.committedAt + REVEAL_WINDOW;
            if (block.timestamp >= until) revert NotNow(it.committedAt, until);
        }
        if (_isRevealed[set][index]) revert AlreadyRaised(set);
        _requireDepositStandsFor(it);
        if (order.provider != it.provider) revert EvidenceMismatch("provider");
        bytes32 domain = nodes.DOMAIN_SEPARATOR();
        bytes32 digest = Digests.hash(order, domain);
        // Whoever would be wronged agrees: a real requester never signs this.
        Digests.requireSigned(Digests.hashPlant(digest, domain), consent, order.requester);
        bytes32 leaf = Rfc6962.leafHash(abi.encodePacked(digest, salt));
        if (Rfc6962.rootFromInclusion(leaf, index, it.count, path) != it.root) revert EvidenceMismatch("set");
        _isRevealed[set][index] = true;
        ++it.revealed;
        // The earliest commitment counts, so that repeating an order in a later set takes nothing away.
        uint48 known = plantedAt[order.provider][digest];
        if (known == 0 || it.committedAt < known) plantedAt[order.provider][digest] = it.committedAt;
        emit Revealed(set, digest);
    }

    function closePlants(bytes32 set) external {
        PlantSet storage it = _known(set);
        uint256 deposit = it.deposit;
        if (deposit == 0) revert AlreadyRaised(set);
        uint256 until = it.committedAt + REVEAL_WINDOW;
        bool isWhole = it.revealed == it.count;
        if (!isWhole && block.timestamp < until) revert NotNow(until, type(uint256).max);
        it.deposit = 0;
        if (isWhole) {
            emit Released(set, it.provider, deposit);
            IERC20(address(koin)).safeTransfer(it.provider, deposit);
        } else {
            emit Burned(set, deposit);
            koin.burn(deposit);
        }
    }

    function plantSet(bytes32 set) external view returns (PlantSet memory) {
        return _known(set);
    }

    function _known(bytes32 set) private view returns (PlantSet storage it) {
        it = _sets[set];
        if (it.provider == address(0)) revert Unknown(set);
    }

    function _requireDepositStandsFor(PlantSet storage it) private view {
        uint256 stake = _stakeOf(it.provider);
        // A closed set is whole, so nobody gets here with its deposit gone.
        uint256 most = it.deposit + it.deposit / 4;
        if (stake > most) revert StakeTooLarge(it.provider, stake, most);
    }

    /// @dev What is on its way out counts: it takes longer than the reveal window, so nobody can shed stake to reveal.
    function _stakeOf(address operator) private view returns (uint256) {
        INodes.Stake memory stake = nodes.stakeOf(operator);
        return uint256(stake.active) + stake.unstaking;
    }

    // ── Tickets
    // ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function hold(uint256 drawing) external returns (uint64 round) {
        round = roundOf[drawing];
        if (round != 0) return round;
        uint256 from = drawing * REPORT_WINDOW;
        if (block.timestamp < from) revert NotNow(from, type(uint256).max);
        round = BEACON.roundAfter(block.timestamp, block.number);
        roundOf[drawing] = round;
        emit Held(drawing, round);
    }

    function drawingOf(uint64 expiresAt) public view returns (uint256 drawing, uint256 heldFrom) {
        drawing = uint256(expiresAt) / REPORT_WINDOW + 3;
        heldFrom = drawing * REPORT_WINDOW;
    }

    function redeem(Ticket calldata ticket) external nonReentrant returns (uint256 amount) {
        bytes32 domain = nodes.DOMAIN_SEPARATOR();
        Order calldata order = ticket.order;
        bytes32 digest = Digests.hash(order, domain);
        if (paid[digest]) revert AlreadyPaid(digest);
        paid[digest] = true;
        Digests.requireSigned(digest, ticket.orderSignature, order.requester);
        bytes32 receiptDigest = _requireReceipt(ticket, digest, domain);
        _requireReport(ticket, receiptDigest, domain, _requireWinning(digest, order.expiresAt));

        uint256 asked = TICKET_ODDS * order.auditAmount;
        amount = _take(order.requester, order.token, asked);
        // Otherwise whoever wants to pay less has a ticket redeemed while the fund is low.
        if (amount < asked && msg.sender != ticket.report.auditor) {
            revert InsufficientFund(order.requester, order.token, asked, amount);
        }
        emit TicketPaid(digest, ticket.report.auditor, order.requester, order.token, amount);
        _send(IERC20(order.token), ticket.report.auditor, amount);
    }

    /// @dev Returns from when the drawing could be held: what was anchored before was anchored in ignorance of it.
    function _requireWinning(bytes32 order, uint64 expiresAt) private view returns (uint256 heldFrom) {
        uint256 drawing;
        (drawing, heldFrom) = drawingOf(expiresAt);
        uint64 round = roundOf[drawing];
        if (round == 0) revert NotHeld(drawing);
        if (uint256(Lot.seed(BEACON.valueOf(round), order)) % TICKET_ODDS != 0) revert NotWinning(order);
    }

    /// @dev The receipt is the named provider's, for this order, and the lot of its first anchor fell on the auditor.
    function _requireReceipt(Ticket calldata ticket, bytes32 order, bytes32 domain)
        private
        view
        returns (bytes32 digest)
    {
        Receipt calldata receipt = ticket.receipt;
        if (
            receipt.order != order || receipt.provider != ticket.order.provider
                || receipt.manifest != ticket.order.manifest
        ) revert EvidenceMismatch("order");
        digest = Digests.hash(receipt, domain);
        Digests.requireSigned(digest, ticket.receiptSignature, receipt.provider);
        bytes32 leaf = Rfc6962.entryHash(RECEIPT_ENTRY, digest, ticket.receiptPlace.leafSalt);
        INodes.Anchor memory anchor = _anchorOf(receipt.provider, leaf, receipt.logIndex, ticket.receiptPlace);
        if (receipt.logIndex < anchor.sizeBefore) revert EvidenceMismatch("first anchor");

        bytes32 seed = Lot.seed(BEACON.valueOf(BEACON.roundAfter(anchor.anchoredAt, anchor.blockNumber)), leaf);
        uint256 stakeBlock = anchor.blockNumber - 1;
        address auditor = ticket.report.auditor;
        if (
            ticket.report.draw != seed || ticket.k > MAX_K || !Lot.isAudited(seed, ticket.order.auditRatePpm)
                || !_isEligible(auditor, ticket.order)
                || !Lot.isDrawn(
                    seed, ticket.k, auditor, nodes.stakeAt(auditor, stakeBlock), nodes.totalStakeAt(stakeBlock)
                )
        ) revert NotDrawn(auditor);
    }

    /// @dev The report is the auditor's, about this receipt, and was anchored before the drawing.
    function _requireReport(Ticket calldata ticket, bytes32 receipt, bytes32 domain, uint256 before) private view {
        AuditReport calldata report = ticket.report;
        if (report.receipt != receipt) revert EvidenceMismatch("receipt");
        if ((report.verdict == AGREES) == _isFoundFalse(receipt)) revert EvidenceMismatch("verdict");
        bytes32 digest = Digests.hash(report, domain);
        Digests.requireSigned(digest, ticket.reportSignature, report.auditor);
        bytes32 leaf = Rfc6962.entryHash(REPORT_ENTRY, digest, ticket.reportPlace.leafSalt);
        if (_anchorOf(report.auditor, leaf, report.logIndex, ticket.reportPlace).anchoredAt >= before) {
            revert EvidenceMismatch("report too late");
        }
    }

    /// @dev An auditor by role, with neither provider nor requester being itself or its owner's.
    function _isEligible(address auditor, Order calldata order) private view returns (bool) {
        INodes.Node memory node = nodes.node(auditor);
        return node.roles & AUDIT_ROLE != 0 && order.auditor == address(0) && auditor != order.provider
            && auditor != order.requester && node.owner != _ownerOf(order.provider)
            && node.owner != _ownerOf(order.requester);
    }

    /// @dev The account itself where it is no node. What a caller could gain by leaving the call too little gas is the
    /// 64th that remains, with which nothing can be paid.
    function _ownerOf(address account) private view returns (address) {
        try nodes.node(account) returns (INodes.Node memory node) {
            return node.owner;
        } catch {
            return account;
        }
    }

    /// @dev Asks the court in office, if there is one, for its ground.
    function _isFoundFalse(bytes32 receipt) private view returns (bool) {
        (bool ok, bytes memory ground) = nodes.court().staticcall(abi.encodeWithSignature("groundOf(bytes32)", receipt));
        return ok && ground.length == 32 && bytes32(ground) != 0;
    }

    /// @dev The anchor that a place names, with the leaf in it at `logIndex`.
    function _anchorOf(address node, bytes32 leaf, uint64 logIndex, Place calldata place)
        private
        view
        returns (INodes.Anchor memory anchor)
    {
        anchor = nodes.anchorAt(node, place.anchorIndex);
        if (Rfc6962.rootFromInclusion(leaf, logIndex, anchor.size, place.path) != anchor.root) {
            revert EvidenceMismatch("place");
        }
    }

    /// @dev What stays first, what is leaving last.
    function _take(address requester, address token, uint256 asked) private returns (uint256 taken) {
        Fund storage it = _funds[requester][token];
        uint256 available = uint256(it.left) + it.leaving;
        taken = asked < available ? asked : available;
        if (taken == 0) revert InsufficientFund(requester, token, asked, available);
        uint256 fromLeft = taken < it.left ? taken : it.left;
        it.left -= uint104(fromLeft);
        it.leaving -= uint104(taken - fromLeft);
    }
}
