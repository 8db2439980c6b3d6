// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Audits} from "../../src/Audits.sol";
import {BlockBeacon} from "../../src/beacons/BlockBeacon.sol";
import {
    AUDIT_REPORT_TYPEHASH,
    ORDER_TYPEHASH,
    PLANT_TYPEHASH,
    RECEIPT_TYPEHASH
} from "../../src/generated/TypeHashes.sol";
import {IAudits} from "../../src/interfaces/IAudits.sol";
import {Lot} from "../../src/libraries/Lot.sol";
import {AuditReport, Order, Place, Receipt, Signature} from "../../src/types/Statements.sol";
import {Test} from "./Test.sol";
import {PlainToken} from "./Tokens.sol";

/// @dev A requester with a fund, a provider with little stake, and an auditor with nearly all of it, so that the lot
/// falls on it at k = 1 for certain. Logs are kept here leaf by leaf.
abstract contract AuditsTest is Test {
    uint256 internal constant REQUESTER_KEY = 0x4E90;
    uint256 internal constant PROVIDER_KEY = 0x9201;
    uint256 internal constant AUDITOR_KEY = 0xA0D1;
    uint256 internal constant ODDS = 8;
    uint256 internal constant PLANT_DEPOSIT = 1000e18;
    uint256 internal constant STAKE = 900e18;
    uint128 internal constant DUE = 5e18;
    uint8 internal constant AGREES = 1;

    Audits internal audits;
    BlockBeacon internal beacon;
    PlainToken internal token;
    address internal requester = vm.addr(REQUESTER_KEY);
    address internal provider = vm.addr(PROVIDER_KEY);
    address internal auditor = vm.addr(AUDITOR_KEY);
    bytes32 internal domain;
    mapping(address node => bytes32[]) internal logs;
    uint256 private _nonce;

    function deployAudits() internal {
        deployNodes();
        beacon = new BlockBeacon();
        audits = new Audits(nodes, koin, beacon, ODDS, PLANT_DEPOSIT);
        domain = nodes.DOMAIN_SEPARATOR();
        token = new PlainToken();
        join(provider, address(0x0A), 2, STAKE);
        join(auditor, address(0x0B), 4, 99 * STAKE);
        mine();
    }

    function join(address operator, address owner, uint16 roles, uint256 stake) internal {
        vm.prank(operator);
        nodes.register(owner, hex"0025080212210102", roles, bytes32(0));
        if (stake == 0) return;
        koin.approve(address(nodes), stake);
        nodes.stake(operator, stake);
    }

    function fund(uint256 amount) internal {
        token.mint(address(this), amount);
        token.approve(address(audits), amount);
        audits.fund(token, requester, amount);
    }

    // ── Statements

    function newOrder() internal returns (Order memory order) {
        order.manifest = keccak256("manifest");
        order.requester = requester;
        order.provider = provider;
        order.token = address(token);
        order.maxAmount = 100e18;
        order.assurance = 2;
        order.replicas = 1;
        order.auditRatePpm = 1e6;
        order.auditAmount = DUE;
        order.expiresAt = uint64(vm.getBlockTimestamp()) + 1 hours;
        order.nonce = bytes32(++_nonce);
    }

    function typed(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }

    function digestOf(Order memory order) internal view returns (bytes32) {
        return typed(keccak256(abi.encode(ORDER_TYPEHASH, order)));
    }

    function digestOf(Receipt memory receipt) internal view returns (bytes32) {
        return typed(keccak256(abi.encode(RECEIPT_TYPEHASH, receipt)));
    }

    function digestOf(AuditReport memory report) internal view returns (bytes32) {
        return typed(keccak256(abi.encode(AUDIT_REPORT_TYPEHASH, report)));
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (Signature memory signature) {
        (signature.r, signature.vs) = vm.signCompact(key, digest);
    }

    function consent(uint256 key, Order memory order) internal view returns (Signature memory) {
        return sign(key, typed(keccak256(abi.encode(PLANT_TYPEHASH, digestOf(order)))));
    }

    // ── Logs

    function append(address node, uint8 entryType, bytes32 digest) internal {
        logs[node].push(sha256(abi.encodePacked(bytes1(0), entryType, digest, bytes32(0))));
    }

    function anchorLog(address node) internal {
        uint256 size = logs[node].length;
        bytes32 root = rootOf(logs[node], 0, size);
        vm.prank(node);
        nodes.anchor(uint64(size), root);
    }

    /// @dev Where entry `index` stands in the newest anchor.
    function placeOf(address node, uint256 index) internal view returns (Place memory place) {
        place.anchorIndex = nodes.anchorCount(node) - 1;
        place.path = pathOf(logs[node], index, 0, nodes.head(node).size);
    }

    function rootOf(bytes32[] memory leaves, uint256 from, uint256 until) internal pure returns (bytes32) {
        if (until - from == 1) return leaves[from];
        uint256 middle = from + split(until - from);
        return sha256(abi.encodePacked(bytes1(uint8(1)), rootOf(leaves, from, middle), rootOf(leaves, middle, until)));
    }

    function pathOf(bytes32[] memory leaves, uint256 index, uint256 from, uint256 until)
        internal
        pure
        returns (bytes32[] memory path)
    {
        if (until - from == 1) return new bytes32[](0);
        uint256 middle = from + split(until - from);
        bool isLeft = index < middle;
        bytes32[] memory below = isLeft ? pathOf(leaves, index, from, middle) : pathOf(leaves, index, middle, until);
        path = new bytes32[](below.length + 1);
        for (uint256 i; i < below.length; ++i) {
            path[i] = below[i];
        }
        path[below.length] = isLeft ? rootOf(leaves, middle, until) : rootOf(leaves, from, middle);
    }

    /// @dev The largest power of two below `size`.
    function split(uint256 size) private pure returns (uint256 power) {
        power = 1;
        while (power * 2 < size) power *= 2;
    }

    // ── Tickets

    /// @dev The provider delivers on the order and anchors; the receipt's round is known afterwards.
    function deliver(Order memory order) internal returns (IAudits.Ticket memory ticket) {
        return deliverAs(order, REQUESTER_KEY, PROVIDER_KEY);
    }

    function deliverAs(Order memory order, uint256 requesterKey, uint256 providerKey)
        internal
        returns (IAudits.Ticket memory ticket)
    {
        address node = vm.addr(providerKey);
        ticket.order = order;
        ticket.orderSignature = sign(requesterKey, digestOf(order));
        ticket.receipt.manifest = order.manifest;
        ticket.receipt.order = digestOf(order);
        ticket.receipt.provider = node;
        ticket.receipt.execution = keccak256("execution");
        ticket.receipt.logIndex = uint64(logs[node].length);
        bytes32 digest = digestOf(ticket.receipt);
        ticket.receiptSignature = sign(providerKey, digest);
        append(node, 1, digest);
        anchorLog(node);
        ticket.receiptPlace = placeOf(node, ticket.receipt.logIndex);
        mine();
        mine();
    }

    function seedOf(IAudits.Ticket memory ticket) internal view returns (bytes32) {
        uint64 round =
            beacon.roundAfter(0, nodes.anchorAt(ticket.receipt.provider, ticket.receiptPlace.anchorIndex).blockNumber);
        return Lot.seed(beacon.valueOf(round), logs[ticket.receipt.provider][ticket.receipt.logIndex]);
    }

    /// @dev The auditor of `key` reports and anchors.
    function reportOn(IAudits.Ticket memory ticket, uint256 key, uint8 verdict)
        internal
        returns (IAudits.Ticket memory)
    {
        address node = vm.addr(key);
        ticket.report = AuditReport({
            receipt: digestOf(ticket.receipt),
            auditor: node,
            execution: ticket.receipt.execution,
            verdict: verdict,
            draw: seedOf(ticket),
            logIndex: uint64(logs[node].length),
            anchorBy: uint64(vm.getBlockTimestamp() + 1 hours)
        });
        bytes32 digest = digestOf(ticket.report);
        ticket.reportSignature = sign(key, digest);
        append(node, 2, digest);
        anchorLog(node);
        ticket.reportPlace = placeOf(node, ticket.report.logIndex);
        ticket.k = 1;
        mine();
        return ticket;
    }

    function audited(Order memory order) internal returns (IAudits.Ticket memory) {
        return reportOn(deliver(order), AUDITOR_KEY, AGREES);
    }

    /// @dev Holds the drawing of an order, with a value by which the order wins, or not.
    function drawFor(Order memory order, bool wins) internal {
        (uint256 drawing, uint256 heldFrom) = audits.drawingOf(order.expiresAt);
        if (vm.getBlockTimestamp() < heldFrom) vm.warp(heldFrom);
        uint64 round = audits.hold(drawing);
        mine();
        mine();
        uint256 value = 1;
        while ((uint256(Lot.seed(bytes32(value), digestOf(order))) % ODDS == 0) != wins) ++value;
        vm.setBlockhash(round, bytes32(value));
    }

    /// @dev A ticket that is paid.
    function winning() internal returns (IAudits.Ticket memory ticket) {
        ticket = audited(newOrder());
        drawFor(ticket.order, true);
    }
}
