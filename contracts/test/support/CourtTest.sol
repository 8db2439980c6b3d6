// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Court} from "../../src/Court.sol";
import {CourtEvidence} from "../../src/CourtEvidence.sol";
import {Escrow} from "../../src/Escrow.sol";
import {BlockBeacon} from "../../src/beacons/BlockBeacon.sol";
import {
    AUDIT_REPORT_TYPEHASH,
    LOG_HEAD_TYPEHASH,
    ORDER_TYPEHASH,
    RECEIPT_TYPEHASH,
    VOUCHER_TYPEHASH
} from "../../src/generated/TypeHashes.sol";
import {IArithmetic} from "../../src/interfaces/IArithmetic.sol";
import {IAudits} from "../../src/interfaces/IAudits.sol";
import {ICourt} from "../../src/interfaces/ICourt.sol";
import {ICourtTypes} from "../../src/interfaces/ICourtTypes.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {ChannelKey} from "../../src/types/ChannelKey.sol";
import {AuditReport, LogHead, Opening, Order, Place, Receipt, Signature, Step} from "../../src/types/Statements.sol";
import {Test} from "./Test.sol";
import {PlainToken} from "./Tokens.sol";

/// @dev Says which order was planted when, without the ceremony.
contract PlantBook {
    mapping(address provider => mapping(bytes32 order => uint48)) public plantedAt;

    function plant(address provider, bytes32 order, uint48 at) external {
        plantedAt[provider][order] = at;
    }
}

/// @dev Believes whom it is told to believe.
contract Abacus is IArithmetic {
    mapping(bytes32 trace => bool) private _isFalse;

    function teach(bytes32 trace) external {
        _isFalse[trace] = true;
    }

    function refutes(bytes32, bytes32, bytes32 trace, bytes calldata) external view returns (bool) {
        return _isFalse[trace];
    }
}

/// @dev A court in office, a provider whose receipts can be true or false, people who accuse, and ten jurors of equal
/// stake whose seats follow from the beacon.
abstract contract CourtTest is Test {
    uint256 internal constant PROVIDER_KEY = 0x9801;
    uint256 internal constant AUDITOR_KEY = 0xA0D1;
    uint256 internal constant PAYER_KEY = 0x9A1E5;
    uint256 internal constant JURORS = 10;
    uint256 internal constant STAKE = 1_000e18;
    uint128 internal constant PRICE = 100e18;

    ICourt internal tribunal;
    Escrow internal escrow;
    BlockBeacon internal beacon;
    PlantBook internal plants;
    Abacus internal abacus;
    PlainToken internal token;
    address internal provider = vm.addr(PROVIDER_KEY);
    address internal auditor = vm.addr(AUDITOR_KEY);
    address internal payer = vm.addr(PAYER_KEY);
    address internal accuser = address(0xACC);
    ICourtTypes.Terms internal terms = ICourtTypes.Terms({
        jurySeats: 15,
        jurorFee: 1e18,
        jurorPenalty: 5e18,
        accuseBond: 40e18,
        demandBond: 2e18,
        absencePenalty: 20e18,
        lien: 50e18,
        bounty: 10e18,
        evidenceBounty: 1e18,
        compensation: 5e18
    });

    function deployCourt() internal {
        deployNodes();
        escrow = new Escrow(nodes);
        beacon = new BlockBeacon();
        plants = new PlantBook();
        abacus = new Abacus();
        token = new PlainToken();
        tribunal = newCourt();
        court = address(tribunal);
        installCourt();

        stakeNode(provider, STAKE);
        // Of another owner than the provider's, or the lot would pass it over.
        registerNode(auditor, address(0xA0));
        koin.approve(address(nodes), STAKE);
        nodes.stake(auditor, STAKE);
        vm.prank(auditor);
        nodes.update(auditor, hex"0025080212210102", 4, bytes32(0));
        for (uint256 i; i < JURORS; ++i) {
            stakeNode(juror(i), STAKE);
        }
        fundAccount(accuser);
        mine();
    }

    function newCourt() internal returns (ICourt) {
        CourtEvidence evidence = new CourtEvidence(nodes, escrow, IAudits(address(plants)), beacon, abacus, terms);
        return ICourt(address(new Court(evidence)));
    }

    function fundAccount(address account) internal {
        koin.transfer(account, 10_000e18);
        vm.prank(account);
        koin.approve(address(tribunal), type(uint256).max);
    }

    function juror(uint256 i) internal pure returns (address) {
        return address(uint160(0x7000 + i));
    }

    // ── Statements

    function typed(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", nodes.DOMAIN_SEPARATOR(), structHash));
    }

    function digestOf(Receipt memory it) internal view returns (bytes32) {
        return typed(keccak256(abi.encode(RECEIPT_TYPEHASH, it)));
    }

    function digestOf(Order memory it) internal view returns (bytes32) {
        return typed(keccak256(abi.encode(ORDER_TYPEHASH, it)));
    }

    function digestOf(AuditReport memory it) internal view returns (bytes32) {
        return typed(keccak256(abi.encode(AUDIT_REPORT_TYPEHASH, it)));
    }

    function digestOf(LogHead memory it) internal view returns (bytes32) {
        return typed(keccak256(abi.encode(LOG_HEAD_TYPEHASH, it)));
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (Signature memory) {
        (bytes32 r, bytes32 vs) = vm.signCompact(key, digest);
        return Signature(r, vs);
    }

    function signed(Receipt memory it) internal view returns (Signature memory) {
        return sign(PROVIDER_KEY, digestOf(it));
    }

    function anOrder() internal view returns (Order memory it) {
        it.manifest = keccak256("manifest");
        it.requester = payer;
        it.provider = provider;
        it.token = address(token);
        it.maxAmount = PRICE;
        it.assurance = 2;
        it.auditRatePpm = 1_000_000;
        it.expiresAt = uint64(START) + 365 days;
    }

    /// @dev What the execution was in truth, and what a provider may say it was.
    struct Job {
        Order order;
        Opening opening;
        Receipt receipt;
        bytes32[3] roots;
    }

    /// @dev A receipt over three steps. `wrongFrom`: the first step whose root is made up, 3 for none.
    function job(bytes32 nonce, uint256 wrongFrom) internal view returns (Job memory it) {
        it.order = anOrder();
        it.order.nonce = nonce;
        for (uint256 i; i < 3; ++i) {
            it.roots[i] = keccak256(abi.encode(i < wrongFrom ? "right" : "wrong", i));
        }
        it.opening = Opening(0, 0, 12345, keccak256("output"), traceOf(it.roots));
        it.receipt = Receipt({
            manifest: it.order.manifest,
            order: digestOf(it.order),
            provider: provider,
            execution: executionOf(it.opening),
            output: keccak256("output list"),
            verdict: 0,
            token: address(token),
            amount: PRICE,
            logIndex: 0,
            anchorBy: uint64(vm.getBlockTimestamp()) + 1 hours
        });
    }

    function executionOf(Opening memory it) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(it.salt, it.exitCode, it.fuel, it.rawOutput, it.trace));
    }

    function leafOf(bytes32 root) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0), root));
    }

    function nodeOf(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(uint8(1)), left, right));
    }

    function traceOf(bytes32[3] memory roots) internal pure returns (bytes32) {
        return nodeOf(nodeOf(leafOf(roots[0]), leafOf(roots[1])), leafOf(roots[2]));
    }

    function pathOf(bytes32[3] memory roots, uint256 index) internal pure returns (bytes32[] memory path) {
        if (index == 2) {
            path = new bytes32[](1);
            path[0] = nodeOf(leafOf(roots[0]), leafOf(roots[1]));
        } else {
            path = new bytes32[](2);
            (path[0], path[1]) = (leafOf(roots[1 - index]), leafOf(roots[2]));
        }
    }

    function stepOf(Job memory it, uint256 index) internal pure returns (Step memory step) {
        step.index = uint64(index);
        step.count = 3;
        step.root = it.roots[index];
        step.path = pathOf(it.roots, index);
        if (index != 0) {
            step.previousRoot = it.roots[index - 1];
            step.previousPath = pathOf(it.roots, index - 1);
        }
    }

    /// @dev The outcome of a step whose root is `root`.
    function outcomeOf(Job memory it, bytes32 root, uint256 index) internal pure returns (bytes32) {
        if (index != 2) return sha256(abi.encodePacked(root, uint8(0), uint32(0), uint64(0), bytes32(0)));
        return sha256(abi.encodePacked(root, uint8(1), it.opening.exitCode, it.opening.fuel, it.opening.rawOutput));
    }

    function claimedOutcome(Job memory it, uint256 index) internal pure returns (bytes32) {
        return outcomeOf(it, it.roots[index], index);
    }

    function rightOutcome(Job memory it, uint256 index) internal pure returns (bytes32) {
        return outcomeOf(it, keccak256(abi.encode("right", index)), index);
    }

    // ── Acting

    bytes32 internal constant SALT = keccak256("salt");

    function sealOf(bytes32 outcome) internal pure returns (bytes32) {
        return keccak256(abi.encode(outcome, SALT));
    }

    function accuse(Job memory it, uint256 index) internal returns (bytes32) {
        return accuseAs(accuser, it, index, rightOutcome(it, index));
    }

    function accuseAs(address who, Job memory it, uint256 index, bytes32 outcome) internal returns (bytes32 dispute) {
        Signature memory signature = signed(it.receipt);
        // A precompile called between would use the prank up.
        Step memory step = stepOf(it, index);
        vm.prank(who);
        dispute = tribunal.accuse(it.receipt, signature, it.order, it.opening, step, sealOf(outcome));
        mine();
        mine();
    }

    function voteOf(bytes32 dispute, uint8 round, address who, bytes32 outcome) internal pure returns (bytes32) {
        return keccak256(abi.encode(dispute, round, who, outcome, SALT));
    }

    function sealAs(address who, bytes32 dispute, bytes32 outcome) internal {
        uint8 round = tribunal.disputeOf(dispute).round;
        vm.prank(who);
        tribunal.sealVote(dispute, voteOf(dispute, round, who, outcome));
    }

    function openAs(address who, bytes32 dispute, bytes32 outcome) internal {
        vm.prank(who);
        tribunal.openVote(dispute, outcome, SALT);
    }

    function hasSeat(bytes32 dispute, address who) internal view returns (bool) {
        return tribunal.seatsOf(dispute, tribunal.disputeOf(dispute).round, who) != 0;
    }

    /// @dev All jurors with a seat vote for `outcome`; ends when votes are open.
    function vote(bytes32 dispute, bytes32 outcome) internal {
        voteSplit(dispute, outcome, outcome, 0);
    }

    /// @dev The first `others` of the jurors vote for `other`.
    function voteSplit(bytes32 dispute, bytes32 outcome, bytes32 other, uint256 others) internal {
        for (uint256 i; i < JURORS; ++i) {
            if (hasSeat(dispute, juror(i))) sealAs(juror(i), dispute, i < others ? other : outcome);
        }
        pass(tribunal.COMMIT_WINDOW());
        for (uint256 i; i < JURORS; ++i) {
            if (hasSeat(dispute, juror(i))) openAs(juror(i), dispute, i < others ? other : outcome);
        }
    }

    function passVoting() internal {
        pass(tribunal.REVEAL_WINDOW());
    }

    function passAppeal() internal {
        pass(tribunal.REVEAL_WINDOW() + tribunal.APPEAL_WINDOW());
    }

    function settleAll(bytes32 dispute, uint8 round) internal {
        for (uint256 i; i < JURORS; ++i) {
            (ICourtTypes.VoteState state,) = tribunal.voteOf(dispute, round, juror(i));
            if (state == ICourtTypes.VoteState.None || state == ICourtTypes.VoteState.Settled) continue;
            tribunal.settleVote(dispute, round, juror(i));
        }
    }

    // ── Money

    function owedKoin(address account) internal view returns (uint256) {
        return tribunal.owed(address(koin), account);
    }

    function stakeLeft(address node) internal view returns (uint256) {
        return uint256(nodes.stakeOf(node).active) + nodes.stakeOf(node).unstaking;
    }

    function lockedOf(address node) internal view returns (uint256) {
        return nodes.stakeOf(node).locked;
    }

    function keyOf(uint64 number) internal view returns (ChannelKey memory) {
        return ChannelKey(payer, provider, address(token), payer, 0, number);
    }

    /// @dev Pays the receipt through channel `number`, whose id its order must name.
    function pay(Receipt memory receipt, uint64 number) internal returns (IEscrow.Claim memory claim) {
        token.mint(payer, receipt.amount);
        ChannelKey memory key = keyOf(number);
        vm.startPrank(payer);
        token.approve(address(escrow), type(uint256).max);
        escrow.deposit(IERC20(address(token)), receipt.amount);
        escrow.openChannel(key, receipt.amount);
        vm.stopPrank();
        claim = voucherFor(key, receipt.amount, leafOf(digestOf(receipt)));
        escrow.claim(claim);
    }

    function voucherFor(ChannelKey memory key, uint128 amount, bytes32 receiptsRoot)
        internal
        view
        returns (IEscrow.Claim memory)
    {
        bytes32 message = keccak256(abi.encode(VOUCHER_TYPEHASH, keccak256(abi.encode(key)), amount, receiptsRoot));
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", escrow.DOMAIN_SEPARATOR(), message));
        (bytes32 r, bytes32 vs) = vm.signCompact(PAYER_KEY, digest);
        return IEscrow.Claim(key, amount, receiptsRoot, r, vs);
    }

    function refund(Job memory it, IEscrow.Claim memory claim) internal {
        tribunal.refund(
            it.receipt,
            it.order,
            claim.key,
            claim.cumulativeAmount,
            claim.receiptsRoot,
            Signature(claim.r, claim.vs),
            0,
            1,
            new bytes32[](0)
        );
    }
}
