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

    /// @dev `left` is what nobody asked back, `leaving` is refundable from `refundableAt`.
    struct Fund {
        uint104 left;
        uint104 leaving;
        uint48 refundableAt;
    }

    struct PlantSet {
        address provider;
        uint48 committedAt;
        uint32 count;
        bytes32 root;
        uint32 revealed;
        bool closed;
    }

    INodes public immutable nodes;
    KoinToken public immutable koin;
    IBeacon public immutable BEACON;
    uint256 public immutable TICKET_ODDS;
    uint256 public immutable PLANT_DEPOSIT;
    uint48 public immutable REFUND_DELAY;
    uint48 public immutable REVEAL_WINDOW;

    mapping(address requester => mapping(address token => Fund)) private _funds;
    mapping(bytes32 set => PlantSet) private _sets;
    mapping(bytes32 set => mapping(uint256 index => bool)) private _isRevealed;
    mapping(address provider => mapping(bytes32 order => uint48)) public plantedAt;
    mapping(address provider => uint256) private _setCounts;
    mapping(bytes32 report => bool) public paid;

    /// @param ticketOdds One report in so many is paid, so many times its due.
    /// @param plantDeposit KOIN for one planted fault: what hiding a real one among them costs, so a stake's worth.
    constructor(INodes nodes_, KoinToken koin_, IBeacon beacon, uint256 ticketOdds, uint256 plantDeposit) {
        if (ticketOdds == 0 || plantDeposit == 0) revert ZeroAmount();
        nodes = nodes_;
        koin = koin_;
        BEACON = beacon;
        TICKET_ODDS = ticketOdds;
        PLANT_DEPOSIT = plantDeposit;
        // Reports about an order are redeemed within two challenge windows; plants are revealed within one.
        REFUND_DELAY = 2 * nodes_.CHALLENGE_WINDOW();
        REVEAL_WINDOW = nodes_.CHALLENGE_WINDOW();
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
        if (left + it.leaving > type(uint104).max) {
            revert InsufficientFund(requester, address(token), left, type(uint104).max);
        }
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
        _sets[set] = PlantSet(msg.sender, uint48(block.timestamp), count, root, 0, false);
        uint256 deposit = count * PLANT_DEPOSIT;
        emit Committed(set, msg.sender, count, uint48(block.timestamp) + REVEAL_WINDOW, deposit);
        IERC20(address(koin)).safeTransferFrom(msg.sender, address(this), deposit);
    }

    function revealPlant(
        bytes32 set,
        Order calldata order,
        Signature calldata consent,
        bytes32 salt,
        uint256 index,
        bytes32[] calldata path
    ) external {
        PlantSet storage it = _sets[set];
        if (it.provider == address(0)) revert Unknown(set);
        uint256 until = it.committedAt + REVEAL_WINDOW;
        if (block.timestamp >= until) revert NotNow(it.committedAt, until);
        if (_isRevealed[set][index]) revert AlreadyRaised(set);
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
        if (plantedAt[it.provider][digest] == 0) plantedAt[it.provider][digest] = it.committedAt;
        emit Revealed(set, digest);
    }

    function closePlants(bytes32 set) external {
        PlantSet storage it = _sets[set];
        if (it.provider == address(0)) revert Unknown(set);
        if (it.closed) revert AlreadyRaised(set);
        uint256 until = it.committedAt + REVEAL_WINDOW;
        bool isWhole = it.revealed == it.count;
        if (!isWhole && block.timestamp < until) revert NotNow(until, type(uint256).max);
        it.closed = true;
        uint256 deposit = it.count * PLANT_DEPOSIT;
        if (isWhole) {
            emit Released(set, it.provider, deposit);
            IERC20(address(koin)).safeTransfer(it.provider, deposit);
        } else {
            emit Burned(set, deposit);
            koin.burn(deposit);
        }
    }

    // ── Tickets
    // ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function redeem(
        Receipt calldata receipt,
        Signature calldata receiptSignature,
        Order calldata order,
        Place calldata receiptPlace,
        AuditReport calldata report,
        Signature calldata reportSignature,
        Place calldata reportPlace,
        uint8 k
    ) external nonReentrant returns (uint256 amount) {
        bytes32 domain = nodes.DOMAIN_SEPARATOR();
        bytes32 reportDigest = Digests.hash(report, domain);
        if (paid[reportDigest]) revert AlreadyPaid(reportDigest);
        paid[reportDigest] = true;
        Digests.requireSigned(reportDigest, reportSignature, report.auditor);
        {
            bytes32 receiptDigest = Digests.hash(receipt, domain);
            if (report.receipt != receiptDigest) revert EvidenceMismatch("receipt");
            if (receipt.order != Digests.hash(order, domain)) revert EvidenceMismatch("order");
            Digests.requireSigned(receiptDigest, receiptSignature, receipt.provider);
            bytes32 leaf = Rfc6962.entryHash(RECEIPT_ENTRY, receiptDigest, receiptPlace.leafSalt);
            _requireDrawn(receipt.provider, leaf, receipt.logIndex, receiptPlace, order, report, k);
        }
        {
            bytes32 leaf = Rfc6962.entryHash(REPORT_ENTRY, reportDigest, reportPlace.leafSalt);
            INodes.Anchor memory anchor = _firstAnchor(report.auditor, leaf, report.logIndex, reportPlace);
            // Nobody knew this round when the report was fixed, so nobody could sign until a report wins.
            bytes32 seed = Lot.seed(_valueAfter(anchor), leaf);
            if (uint256(seed) % TICKET_ODDS != 0) revert NotWinning(reportDigest);
        }
        amount = _take(order.requester, order.token, TICKET_ODDS * order.auditAmount);
        emit TicketPaid(reportDigest, report.auditor, order.token, amount);
        _send(IERC20(order.token), report.auditor, amount);
    }

    function _requireDrawn(
        address provider,
        bytes32 leaf,
        uint64 logIndex,
        Place calldata place,
        Order calldata order,
        AuditReport calldata report,
        uint8 k
    ) private view {
        INodes.Anchor memory anchor = _firstAnchor(provider, leaf, logIndex, place);
        bytes32 seed = Lot.seed(_valueAfter(anchor), leaf);
        uint256 stakeBlock = anchor.blockNumber - 1;
        INodes.Node memory auditor = nodes.node(report.auditor);
        bool isEligible = auditor.roles & AUDIT_ROLE != 0 && report.auditor != provider
            && report.auditor != order.requester && auditor.owner != nodes.node(provider).owner;
        if (
            !isEligible || report.draw != seed || !Lot.isAudited(seed, order.auditRatePpm)
                || !Lot.isDrawn(
                    seed, k, report.auditor, nodes.stakeAt(report.auditor, stakeBlock), nodes.totalStakeAt(stakeBlock)
                )
        ) revert NotDrawn(report.auditor);
    }

    /// @dev The anchor that first held the leaf. Reverts unless the leaf is in it at `logIndex`, and not in the one
    /// before.
    function _firstAnchor(address node, bytes32 leaf, uint64 logIndex, Place calldata place)
        private
        view
        returns (INodes.Anchor memory anchor)
    {
        anchor = nodes.anchorAt(node, place.anchorIndex);
        if (Rfc6962.rootFromInclusion(leaf, logIndex, anchor.size, place.path) != anchor.root) {
            revert EvidenceMismatch("place");
        }
        if (place.anchorIndex != 0 && nodes.anchorAt(node, place.anchorIndex - 1).size > logIndex) {
            revert EvidenceMismatch("first anchor");
        }
    }

    function _valueAfter(INodes.Anchor memory anchor) private view returns (bytes32) {
        return BEACON.valueOf(BEACON.roundAfter(anchor.anchoredAt, anchor.blockNumber));
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
