// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICourt} from "../src/interfaces/ICourt.sol";
import {ICourtTypes} from "../src/interfaces/ICourtTypes.sol";
import {AuditReport, LogHead, Opening, Place, Receipt, Signature} from "../src/types/Statements.sol";
import {CourtTest} from "./support/CourtTest.sol";

contract CourtEquivocationTest is CourtTest {
    function setUp() public {
        deployCourt();
    }

    function accuseReceipts(Job memory a, Job memory b) private {
        Signature memory aSignature = signed(a.receipt);
        Signature memory bSignature = signed(b.receipt);
        vm.prank(accuser);
        tribunal.accuseReceipts(a.receipt, aSignature, a.opening, b.receipt, bSignature, b.opening);
    }

    function reseal(Job memory it) private pure {
        it.receipt.execution = executionOf(it.opening);
    }

    function assertConvicted(bytes32 statement, ICourtTypes.Ground ground) private view {
        vm.assertTrue(tribunal.groundOf(statement) == ground, "the ground");
    }

    function test_TwoReceiptsThatDifferCostTheWholeStake() public {
        (Job memory a, Job memory b) = (job("1", 3), job("2", 1));
        accuseReceipts(a, b);
        vm.assertEq(lockedOf(provider), STAKE, "locked at once");
        vm.assertEq(nodes.freeStake(provider), 0, "gives no assurance any more");
        tribunal.enforce(provider, digestOf(a.receipt));
        assertConvicted(digestOf(a.receipt), ICourtTypes.Ground.Receipts);
        assertConvicted(digestOf(b.receipt), ICourtTypes.Ground.Receipts);
        vm.assertEq(stakeLeft(provider), 0, "slashed");
        vm.assertEq(owedKoin(accuser), terms.evidenceBounty, "the bounty");
        vm.assertEq(koin.balanceOf(address(tribunal)), terms.evidenceBounty, "the rest burnt");
        bytes32 first = digestOf(a.receipt);
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.Unknown.selector, first));
        tribunal.enforce(provider, first);
        Signature memory aSignature = signed(a.receipt);
        Signature memory bSignature = signed(b.receipt);
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.AlreadyRaised.selector, first));
        tribunal.accuseReceipts(a.receipt, aSignature, a.opening, b.receipt, bSignature, b.opening);
    }

    function test_EveryFactOfAnExecutionCounts(uint8 which) public {
        (Job memory a, Job memory b) = (job("1", 3), job("2", 3));
        which %= 4;
        if (which == 0) b.opening.exitCode = 1;
        if (which == 1) b.opening.fuel += 1;
        if (which == 2) b.opening.rawOutput = keccak256("other");
        if (which == 3) b.opening.trace = keccak256("other");
        reseal(b);
        accuseReceipts(a, b);
        assertConvicted(digestOf(b.receipt), ICourtTypes.Ground.Receipts);
    }

    function test_RunningAManifestTwiceIsNoContradiction() public {
        (Job memory a, Job memory b) = (job("1", 3), job("2", 3));
        // Another salt, another output after the gate, another price: none of it follows from the manifest.
        b.opening.salt = keccak256("salt");
        reseal(b);
        (b.receipt.output, b.receipt.verdict, b.receipt.amount) = (keccak256("o"), keccak256("v"), 1);
        Signature memory aSignature = signed(a.receipt);
        Signature memory bSignature = signed(b.receipt);
        vm.expectRevert(ICourtTypes.NoContradiction.selector);
        tribunal.accuseReceipts(a.receipt, aSignature, a.opening, b.receipt, bSignature, b.opening);
    }

    function test_ReceiptsOfOtherSignersOrManifestsSayNothing() public {
        (Job memory a, Job memory b) = (job("1", 3), job("2", 1));
        Signature memory aSignature = signed(a.receipt);
        b.receipt.manifest = keccak256("another");
        Signature memory bSignature = signed(b.receipt);
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.EvidenceMismatch.selector, "manifest"));
        tribunal.accuseReceipts(a.receipt, aSignature, a.opening, b.receipt, bSignature, b.opening);

        b = job("2", 1);
        b.receipt.provider = auditor;
        bSignature = sign(AUDITOR_KEY, digestOf(b.receipt));
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.EvidenceMismatch.selector, "provider"));
        tribunal.accuseReceipts(a.receipt, aSignature, a.opening, b.receipt, bSignature, b.opening);

        b = job("2", 1);
        bSignature = sign(AUDITOR_KEY, digestOf(b.receipt));
        vm.expectPartialRevert(ICourtTypes.BadSignature.selector);
        tribunal.accuseReceipts(a.receipt, aSignature, a.opening, b.receipt, bSignature, b.opening);

        bSignature = signed(b.receipt);
        b.opening.fuel += 1;
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.EvidenceMismatch.selector, "opening"));
        tribunal.accuseReceipts(a.receipt, aSignature, a.opening, b.receipt, bSignature, b.opening);
    }

    function test_StakeOnItsWayOutIsTakenToo() public {
        nodes.requestUnstake(provider, STAKE / 2);
        (Job memory a, Job memory b) = (job("1", 3), job("2", 1));
        accuseReceipts(a, b);
        tribunal.enforce(provider, digestOf(a.receipt));
        vm.assertEq(stakeLeft(provider), 0, "slashed");
    }

    function test_AThirdReceiptStillConvictsOnItsOwn() public {
        (Job memory a, Job memory b) = (job("1", 3), job("2", 1));
        accuseReceipts(a, b);
        Job memory c = job("3", 2);
        accuseReceipts(a, c);
        assertConvicted(digestOf(c.receipt), ICourtTypes.Ground.Receipts);
    }

    function test_AReceiptThatTheLogOmitsConvicts() public {
        Job memory it = job("1", 3);
        it.receipt.logIndex = 5;
        Signature memory signature = signed(it.receipt);
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        tribunal.accuseOmittedReceipt(it.receipt, signature);
        vm.prank(provider);
        nodes.anchor(5, keccak256("five leaves"));
        pass(1 hours + 1);
        tribunal.accuseOmittedReceipt(it.receipt, signature);
        assertConvicted(digestOf(it.receipt), ICourtTypes.Ground.Omission);
        vm.assertEq(stakeLeft(provider), 0, "slashed at once");
    }

    function test_AnAnchoredReceiptIsNotOmitted() public {
        Job memory it = job("1", 3);
        Signature memory signature = signed(it.receipt);
        vm.prank(provider);
        nodes.anchor(1, keccak256("one leaf"));
        pass(1 hours + 1);
        vm.expectRevert(ICourtTypes.NoContradiction.selector);
        tribunal.accuseOmittedReceipt(it.receipt, signature);
    }

    function aReport(Receipt memory receipt, uint8 verdict) private view returns (AuditReport memory) {
        return AuditReport({
            receipt: digestOf(receipt),
            auditor: auditor,
            execution: receipt.execution,
            verdict: verdict,
            draw: keccak256("draw"),
            logIndex: 0,
            anchorBy: uint64(vm.getBlockTimestamp()) + 1 hours
        });
    }

    function test_AnOmittedReportConvictsItsAuditor() public {
        AuditReport memory report = aReport(job("1", 3).receipt, 1);
        Signature memory signature = sign(AUDITOR_KEY, digestOf(report));
        pass(1 hours + 1);
        tribunal.accuseOmittedReport(report, signature);
        vm.assertEq(stakeLeft(auditor), 0, "slashed");
    }

    function anchored(bytes32 root) private {
        vm.prank(provider);
        nodes.anchor(1, root);
    }

    function entry(uint8 kind, bytes32 digest, bytes32 salt) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0), kind, digest, salt));
    }

    function test_AnotherLeafInTheReceiptsPlaceConvicts() public {
        Job memory it = job("1", 3);
        Signature memory signature = signed(it.receipt);
        bytes32 other = keccak256("another statement");
        anchored(entry(1, other, "s"));
        tribunal.accuseMisplacedReceipt(it.receipt, signature, 1, other, Place("s", 0, new bytes32[](0)));
        assertConvicted(digestOf(it.receipt), ICourtTypes.Ground.Misplaced);
    }

    function test_AReceiptInItsPlaceIsNotMisplaced() public {
        Job memory it = job("1", 3);
        Signature memory signature = signed(it.receipt);
        bytes32 digest = digestOf(it.receipt);
        anchored(entry(1, digest, "s"));
        Place memory place = Place("s", 0, new bytes32[](0));
        vm.expectRevert(ICourtTypes.NoContradiction.selector);
        tribunal.accuseMisplacedReceipt(it.receipt, signature, 1, digest, place);
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.EvidenceMismatch.selector, "place"));
        tribunal.accuseMisplacedReceipt(it.receipt, signature, 2, digest, place);
    }

    function aHead(uint64 size, bytes32 root) private view returns (LogHead memory) {
        return LogHead(provider, size, root, uint64(vm.getBlockTimestamp()));
    }

    function test_TwoHeadsOfOneSizeConvict() public {
        (LogHead memory a, LogHead memory b) = (aHead(7, "a"), aHead(7, "b"));
        Signature memory aSignature = sign(PROVIDER_KEY, digestOf(a));
        Signature memory bSignature = sign(PROVIDER_KEY, digestOf(b));
        vm.expectRevert(ICourtTypes.NoContradiction.selector);
        tribunal.accuseHeads(a, aSignature, a, aSignature);
        tribunal.accuseHeads(a, aSignature, b, bSignature);
        assertConvicted(digestOf(a), ICourtTypes.Ground.Fork);
        vm.assertEq(stakeLeft(provider), 0, "slashed");
    }

    function test_AHeadThatContradictsAnAnchorConvicts() public {
        LogHead memory head = aHead(1, "said");
        Signature memory signature = sign(PROVIDER_KEY, digestOf(head));
        anchored("anchored");
        tribunal.accuseHead(head, signature, 0);
        assertConvicted(digestOf(head), ICourtTypes.Ground.Fork);
    }

    function test_AHeadThatIsAnchoredDoesNot() public {
        LogHead memory head = aHead(1, "anchored");
        Signature memory signature = sign(PROVIDER_KEY, digestOf(head));
        anchored("anchored");
        vm.expectRevert(ICourtTypes.NoContradiction.selector);
        tribunal.accuseHead(head, signature, 0);
    }

    function test_ArithmeticConvictsAndThenItsAuditor() public {
        Job memory it = job("1", 1);
        Signature memory signature = signed(it.receipt);
        vm.expectRevert(ICourtTypes.NoContradiction.selector);
        tribunal.accuseByArithmetic(it.receipt, signature, it.opening, "");
        AuditReport memory report = aReport(it.receipt, 1);
        Signature memory reportSignature = sign(AUDITOR_KEY, digestOf(report));
        vm.expectRevert(ICourtTypes.NoContradiction.selector);
        tribunal.accuseReport(report, reportSignature, it.receipt);

        abacus.teach(it.opening.trace);
        tribunal.accuseByArithmetic(it.receipt, signature, it.opening, "");
        vm.assertEq(stakeLeft(provider), 0, "the provider");
        AuditReport memory honest = aReport(it.receipt, 2);
        Signature memory honestSignature = sign(AUDITOR_KEY, digestOf(honest));
        vm.expectRevert(ICourtTypes.NoContradiction.selector);
        tribunal.accuseReport(honest, honestSignature, it.receipt);
        tribunal.accuseReport(report, reportSignature, it.receipt);
        vm.assertEq(stakeLeft(auditor), 0, "the auditor");
    }

    /// @dev Being convicted on a lesser ground first must not shield whoever agreed.
    function test_AReceiptConvictedOtherwiseCanStillBeRefuted() public {
        (Job memory a, Job memory b) = (job("1", 1), job("2", 3));
        accuseReceipts(a, b);
        AuditReport memory report = aReport(a.receipt, 1);
        Signature memory reportSignature = sign(AUDITOR_KEY, digestOf(report));
        vm.expectRevert(ICourtTypes.NoContradiction.selector);
        tribunal.accuseReport(report, reportSignature, a.receipt);
        abacus.teach(a.opening.trace);
        tribunal.accuseByArithmetic(a.receipt, signed(a.receipt), a.opening, "");
        tribunal.accuseReport(report, reportSignature, a.receipt);
        vm.assertEq(stakeLeft(auditor), 0, "the auditor");
    }

    function test_ACourtOutOfOfficeDecidesNothing() public {
        ICourt other = newCourt();
        (Job memory a, Job memory b) = (job("1", 3), job("2", 1));
        Signature memory aSignature = signed(a.receipt);
        Signature memory bSignature = signed(b.receipt);
        vm.expectRevert(ICourtTypes.OutOfOffice.selector);
        other.accuseReceipts(a.receipt, aSignature, a.opening, b.receipt, bSignature, b.opening);
    }
}
