// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICourtTypes} from "../src/interfaces/ICourtTypes.sol";
import {Answers} from "../src/libraries/Answers.sol";
import {Lot} from "../src/libraries/Lot.sol";
import {AuditReport, LogHead, Place, Receipt, Signature} from "../src/types/Statements.sol";
import {CourtTest} from "./support/CourtTest.sol";

contract CourtDemandsTest is CourtTest {
    function setUp() public {
        deployCourt();
    }

    function demand(Job memory it, ICourtTypes.Demanded what, uint64 index) private returns (bytes32 id) {
        Signature memory signature = signed(it.receipt);
        vm.prank(accuser);
        return tribunal.demand(it.receipt, signature, it.order, what, index);
    }

    function assertMet(bytes32 id) private view {
        (,,,, ICourtTypes.Outcome outcome) = tribunal.demandOf(id);
        vm.assertTrue(outcome == ICourtTypes.Outcome.Acquitted, "met");
        vm.assertEq(owedKoin(provider), terms.demandBond, "the bond pays the node");
        vm.assertEq(lockedOf(provider), 0, "no lien");
        vm.assertEq(stakeLeft(provider), STAKE, "no stake is lost");
    }

    function mismatch(string memory what) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICourtTypes.EvidenceMismatch.selector, what);
    }

    function anchor(uint64 size, bytes32 root) private {
        vm.prank(provider);
        nodes.anchor(size, root);
        mine();
        mine();
    }

    function entry(bytes32 digest, bytes32 salt) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0), uint8(1), digest, salt));
    }

    // ── Answered

    function test_AnOpeningIsAnAnswer() public {
        Job memory it = job("1", 3);
        bytes32 id = demand(it, ICourtTypes.Demanded.Opening, 0);
        vm.assertEq(lockedOf(provider), terms.lien, "the lien");
        bytes memory wrong = abi.encode(job("2", 1).opening);
        vm.expectRevert(mismatch("opening"));
        tribunal.answer(id, it.receipt, wrong);
        tribunal.answer(id, it.receipt, abi.encode(it.opening));
        assertMet(id);
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.AlreadyRaised.selector, id));
        tribunal.answer(id, it.receipt, abi.encode(it.opening));
    }

    function test_AStepOfTheTraceIsAnAnswer(uint8 which) public {
        Job memory it = job("1", 3);
        uint256 index = which % 5;
        bytes32 id = demand(it, ICourtTypes.Demanded.Trace, uint64(index));
        // Beyond the end, the last one shows that there are no more.
        uint256 shown = index < 3 ? index : 2;
        bytes memory other = abi.encode(it.opening, uint64(3), keccak256("other"), pathOf(it.roots, shown));
        vm.expectRevert(mismatch("path"));
        tribunal.answer(id, it.receipt, other);
        tribunal.answer(id, it.receipt, abi.encode(it.opening, uint64(3), it.roots[shown], pathOf(it.roots, shown)));
        assertMet(id);
    }

    function test_OneTraceHasOneLength() public {
        Job memory it = job("1", 3);
        bytes32 first = demand(it, ICourtTypes.Demanded.Trace, 0);
        bytes32 second = demand(it, ICourtTypes.Demanded.Trace, 1);
        // The first leaf of three and of four have paths of one shape.
        tribunal.answer(first, it.receipt, abi.encode(it.opening, uint64(4), it.roots[0], pathOf(it.roots, 0)));
        bytes memory honest = abi.encode(it.opening, uint64(3), it.roots[1], pathOf(it.roots, 1));
        vm.expectRevert(mismatch("count"));
        tribunal.answer(second, it.receipt, honest);
        // Whoever lied about the length cannot show its third step.
        bytes32 third = demand(it, ICourtTypes.Demanded.Trace, 2);
        bytes memory last = abi.encode(it.opening, uint64(4), it.roots[2], pathOf(it.roots, 2));
        vm.expectPartialRevert(bytes4(keccak256("BadPathLength(uint256)")));
        tribunal.answer(third, it.receipt, last);
    }

    function test_BytesOfAnyLengthAreAnAnswer(uint16 length) public {
        Job memory it = job("1", 3);
        bytes memory document = new bytes(uint256(length) % 3_000);
        it.receipt.output = sha256(document);
        bytes32 id = demand(it, ICourtTypes.Demanded.Preimage, 1);
        vm.expectRevert(mismatch("bytes"));
        tribunal.answer(id, it.receipt, "other");
        tribunal.answer(id, it.receipt, document);
        assertMet(id);
    }

    function test_APlaceInTheLogIsAnAnswer() public {
        Job memory it = job("1", 3);
        bytes32 digest = digestOf(it.receipt);
        Signature memory signature = signed(it.receipt);
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        tribunal.demand(it.receipt, signature, it.order, ICourtTypes.Demanded.Inclusion, 0);
        bytes32 other = keccak256("leaf 1");
        bytes32[] memory path = new bytes32[](1);
        path[0] = other;
        anchor(2, nodeOf(entry(digest, "s"), other));
        pass(1 hours + 1);
        bytes32 id = demand(it, ICourtTypes.Demanded.Inclusion, 0);
        vm.expectRevert(mismatch("place"));
        tribunal.answer(id, it.receipt, abi.encode(Place("t", 0, path)));
        tribunal.answer(id, it.receipt, abi.encode(Place("s", 0, path)));
        assertMet(id);
    }

    function test_AConsistentLogIsAnAnswer() public {
        (bytes32 first, bytes32 second) = (leafOf("a"), leafOf("b"));
        LogHead memory head = LogHead(provider, 1, first, uint64(vm.getBlockTimestamp()));
        Signature memory signature = sign(PROVIDER_KEY, digestOf(head));
        anchor(2, nodeOf(first, second));
        vm.prank(accuser);
        bytes32 id = tribunal.demandConsistency(head, signature, 0);
        bytes32[] memory path = new bytes32[](1);
        path[0] = second;
        tribunal.answerConsistency(id, head, path);
        assertMet(id);
    }

    function test_AForkHasNoAnswer() public {
        LogHead memory head = LogHead(provider, 1, leafOf("x"), uint64(vm.getBlockTimestamp()));
        Signature memory signature = sign(PROVIDER_KEY, digestOf(head));
        anchor(2, nodeOf(leafOf("a"), leafOf("b")));
        vm.prank(accuser);
        bytes32 id = tribunal.demandConsistency(head, signature, 0);
        bytes32[] memory path = new bytes32[](1);
        path[0] = leafOf("b");
        vm.expectRevert(mismatch("path"));
        tribunal.answerConsistency(id, head, path);
        pass(tribunal.DEMAND_WINDOW());
        Receipt memory none;
        tribunal.closeDemand(id, none);
        vm.assertEq(stakeLeft(provider), 0, "slashed");
    }

    function test_AnswersHoldNothingElse() public {
        Job memory it = job("1", 3);
        bytes32 id = demand(it, ICourtTypes.Demanded.Opening, 0);
        bytes memory padded = bytes.concat(abi.encode(it.opening), bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(Answers.BadAnswer.selector, 192));
        tribunal.answer(id, it.receipt, padded);
        id = demand(it, ICourtTypes.Demanded.Trace, 1);
        padded = bytes.concat(abi.encode(it.opening, uint64(3), it.roots[1], pathOf(it.roots, 1)), bytes32(0));
        vm.expectPartialRevert(Answers.BadAnswer.selector);
        tribunal.answer(id, it.receipt, padded);
    }

    // ── Silence

    function test_SilenceCostsTheWholeStake() public {
        Job memory it = job("1", 3);
        bytes32 id = demand(it, ICourtTypes.Demanded.Opening, 0);
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        tribunal.closeDemand(id, it.receipt);
        pass(tribunal.DEMAND_WINDOW());
        bytes memory late = abi.encode(it.opening);
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        tribunal.answer(id, it.receipt, late);
        tribunal.closeDemand(id, it.receipt);
        vm.assertTrue(
            tribunal.groundOf(digestOf(it.receipt)) == ICourtTypes.Ground.Unavailability, "the receipt is convicted"
        );
        vm.assertEq(stakeLeft(provider), 0, "slashed");
        vm.assertEq(owedKoin(accuser), terms.demandBond + terms.evidenceBounty, "bond and bounty");
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.AlreadyRaised.selector, id));
        tribunal.closeDemand(id, it.receipt);
    }

    // ── What cannot be demanded

    function test_PrivateWorkShowsItsPlaceAlone() public {
        Job memory it = job("1", 3);
        it.order.grant = keccak256("grant");
        it.receipt.order = digestOf(it.order);
        Signature memory signature = signed(it.receipt);
        for (uint8 what = 1; what < 4; ++what) {
            vm.expectRevert(mismatch("private order"));
            tribunal.demand(it.receipt, signature, it.order, ICourtTypes.Demanded(what), 0);
        }
        pass(1 hours + 1);
        demand(it, ICourtTypes.Demanded.Inclusion, 0);
    }

    function test_WhatDoesNotExistCannotBeDemanded() public {
        Job memory it = job("1", 3);
        Signature memory signature = signed(it.receipt);
        vm.expectRevert(mismatch("nothing to show"));
        tribunal.demand(it.receipt, signature, it.order, ICourtTypes.Demanded.Preimage, 2);
        vm.expectRevert(mismatch("index"));
        tribunal.demand(it.receipt, signature, it.order, ICourtTypes.Demanded.Preimage, 3);
        vm.expectRevert(mismatch("kind"));
        tribunal.demand(it.receipt, signature, it.order, ICourtTypes.Demanded.Report, 0);
    }

    function test_NothingIsDemandedTwice() public {
        Job memory it = job("1", 3);
        bytes32 id = demand(it, ICourtTypes.Demanded.Opening, 0);
        tribunal.answer(id, it.receipt, abi.encode(it.opening));
        Signature memory signature = signed(it.receipt);
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.AlreadyRaised.selector, id));
        vm.prank(accuser);
        // Another index does not make it another opening.
        tribunal.demand(it.receipt, signature, it.order, ICourtTypes.Demanded.Opening, 7);
    }

    function test_NothingIsDemandedForEver() public {
        Job memory it = job("1", 3);
        Signature memory signature = signed(it.receipt);
        pass(1 hours + CHALLENGE_WINDOW);
        vm.expectPartialRevert(ICourtTypes.TooOld.selector);
        tribunal.demand(it.receipt, signature, it.order, ICourtTypes.Demanded.Opening, 0);
    }

    // ── Auditors

    /// @dev A receipt alone in the log whose lot drew the auditor at once.
    function drawn() private returns (Job memory it, Place memory place) {
        for (uint256 i;; ++i) {
            it = job(bytes32(i + 1), 3);
            it.receipt.logIndex = uint64(i);
            bytes32 leaf = entry(digestOf(it.receipt), "s");
            bytes32[] memory path = new bytes32[](i == 0 ? 0 : 1);
            bytes32 root = leaf;
            if (i != 0) {
                // All earlier leaves in one hash: what a rightmost leaf of 2^n + 1 looks like.
                path[0] = keccak256("earlier");
                root = nodeOf(path[0], leaf);
                it.receipt.logIndex = uint64(1 << i);
                leaf = entry(digestOf(it.receipt), "s");
                root = nodeOf(path[0], leaf);
            }
            vm.prank(provider);
            nodes.anchor(it.receipt.logIndex + 1, root);
            uint256 number = vm.getBlockNumber();
            mine();
            mine();
            bytes32 seed = Lot.seed(beacon.valueOf(uint64(number + 1)), leaf);
            place = Place("s", i, path);
            uint256 total = nodes.totalStakeAt(number - 1);
            if (Lot.isDrawn(seed, 0, auditor, nodes.stakeAt(auditor, number - 1), total)) {
                beacon.record(uint64(number + 1), "");
                return (it, place);
            }
        }
    }

    function demandReport(Job memory it, Place memory place) private returns (bytes32 id) {
        Signature memory signature = signed(it.receipt);
        vm.prank(accuser);
        return tribunal.demandReport(it.receipt, signature, it.order, place, auditor);
    }

    function test_ADrawnAuditorThatReportsIsPaid() public {
        (Job memory it, Place memory place) = drawn();
        Signature memory signature = signed(it.receipt);
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        tribunal.demandReport(it.receipt, signature, it.order, place, auditor);
        pass(tribunal.REPORT_WINDOW());
        bytes32 id = demandReport(it, place);
        vm.assertEq(lockedOf(auditor), terms.absencePenalty, "held");
        AuditReport memory report = AuditReport(
            digestOf(it.receipt), auditor, keccak256("execution"), 3, "draw", 0, uint64(vm.getBlockTimestamp())
        );
        Signature memory reportSignature = sign(AUDITOR_KEY, digestOf(report));
        tribunal.answer(id, it.receipt, abi.encode(report, reportSignature));
        vm.assertEq(lockedOf(auditor), 0, "not held");
        vm.assertEq(owedKoin(auditor), terms.demandBond, "the bond");
    }

    function test_ADrawnAuditorThatIsAbsentPays() public {
        (Job memory it, Place memory place) = drawn();
        pass(tribunal.REPORT_WINDOW());
        bytes32 id = demandReport(it, place);
        pass(tribunal.DEMAND_WINDOW());
        tribunal.closeDemand(id, it.receipt);
        vm.assertEq(STAKE - stakeLeft(auditor), terms.absencePenalty, "the penalty");
        vm.assertTrue(tribunal.groundOf(digestOf(it.receipt)) == ICourtTypes.Ground.None, "the receipt stands");
        vm.assertEq(owedKoin(accuser), terms.demandBond + terms.evidenceBounty, "bond and bounty");
    }

    function test_OnlyWhoWasDrawnOwesAReport() public {
        (Job memory it, Place memory place) = drawn();
        pass(tribunal.REPORT_WINDOW());
        Signature memory signature = signed(it.receipt);
        // Not an auditor by role.
        vm.expectRevert(ICourtTypes.NoContradiction.selector);
        tribunal.demandReport(it.receipt, signature, it.order, place, juror(0));
        it.order.auditRatePpm = 0;
        it.receipt.order = digestOf(it.order);
        signature = signed(it.receipt);
        vm.expectRevert(mismatch("place"));
        tribunal.demandReport(it.receipt, signature, it.order, place, auditor);
    }
}
