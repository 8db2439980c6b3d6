// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAudits} from "../src/interfaces/IAudits.sol";
import {Digests} from "../src/libraries/Digests.sol";
import {Lot} from "../src/libraries/Lot.sol";
import {Order} from "../src/types/Statements.sol";
import {AuditsTest} from "./support/AuditsTest.sol";
import {CallingToken, FeeToken, LyingToken, SurchargeToken} from "./support/Tokens.sol";

/// @dev Ways to a fund that is not one's own, or to more of it than its due.
contract AuditsAttacks is AuditsTest {
    uint256 private constant MALLORY_KEY = 0xBAD;
    uint256 private constant FUND = 1000e18;
    address private mallory = vm.addr(MALLORY_KEY);

    function setUp() public {
        deployAudits();
        fund(FUND);
    }

    function refused(IAudits.Ticket memory ticket, bytes memory fault) private {
        vm.expectRevert(fault);
        audits.redeem(ticket);
        vm.assertEq(audits.fundOf(requester, address(token)), FUND, "the fund was touched");
    }

    function notDrawn(address who) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAudits.NotDrawn.selector, who);
    }

    function mismatch(string memory what) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAudits.EvidenceMismatch.selector, what);
    }

    function notWinning(Order memory order) private view returns (bytes memory) {
        return abi.encodeWithSelector(IAudits.NotWinning.selector, digestOf(order));
    }

    function alreadyPaid(Order memory order) private view returns (bytes memory) {
        return abi.encodeWithSelector(IAudits.AlreadyPaid.selector, digestOf(order));
    }

    // ── Being drawn

    function test_DustAtStakeIsNotDrawnAtAnyKThatPays() public {
        join(mallory, address(0x0C), 4, 1);
        mine();
        IAudits.Ticket memory ticket = reportOn(deliver(newOrder()), MALLORY_KEY, AGREES);
        drawFor(ticket.order, true);
        // The lot itself says yes at the last k, as it does to every stake.
        vm.assertTrue(Lot.isDrawn(ticket.report.draw, 127, mallory, 1, 100 * STAKE + 1), "no lot to abuse");
        for (uint256 k; k < 128; ++k) {
            ticket.k = uint8(k);
            refused(ticket, notDrawn(mallory));
        }
        ticket.k = 255;
        refused(ticket, notDrawn(mallory));
    }

    function test_NoKBeyondTheLastThatPaysIsTaken() public {
        IAudits.Ticket memory ticket = winning();
        ticket.k = audits.MAX_K() + 1;
        refused(ticket, notDrawn(auditor));
        ticket.k = audits.MAX_K();
        vm.assertEq(audits.redeem(ticket), ODDS * DUE);
    }

    function test_StakeThatCameAfterTheAnchorDrawsNobody() public {
        join(mallory, address(0x0C), 4, 0);
        IAudits.Ticket memory ticket = deliver(newOrder());
        koin.approve(address(nodes), type(uint256).max);
        nodes.stake(mallory, 1e26);
        mine();
        ticket = reportOn(ticket, MALLORY_KEY, AGREES);
        drawFor(ticket.order, true);
        refused(ticket, notDrawn(mallory));
    }

    function test_AnOrderWithoutARateDrawsNobody() public {
        Order memory order = newOrder();
        order.auditRatePpm = 0;
        IAudits.Ticket memory ticket = audited(order);
        drawFor(order, true);
        refused(ticket, notDrawn(auditor));
    }

    function test_WhoHasNotTheRoleIsNotPaid() public {
        IAudits.Ticket memory ticket = winning();
        vm.prank(auditor);
        nodes.update(auditor, hex"00", 2, bytes32(0));
        refused(ticket, notDrawn(auditor));
    }

    function test_TheProvidersOwnerAuditsNoWorkOfItsOwn() public {
        join(mallory, address(0x0B), 2, 0);
        Order memory order = newOrder();
        order.provider = mallory;
        IAudits.Ticket memory ticket = reportOn(deliverAs(order, REQUESTER_KEY, MALLORY_KEY), AUDITOR_KEY, AGREES);
        drawFor(order, true);
        refused(ticket, notDrawn(auditor));
    }

    function test_ANodesOwnerAuditsNoOrderOfThatNode() public {
        // The requester turns out to be a node of the auditor's owner.
        join(requester, address(0x0B), 2, 0);
        refused(winning(), notDrawn(auditor));
    }

    function test_TheAuditorsOwnerGetsNothingForItsOwnOrders() public {
        address owner = vm.addr(0x0E0E);
        uint256 key = 0xA2;
        join(vm.addr(key), owner, 4, 1e26);
        mine();
        Order memory order = newOrder();
        order.requester = owner;
        IAudits.Ticket memory ticket = reportOn(deliverAs(order, 0x0E0E, PROVIDER_KEY), key, AGREES);
        drawFor(order, true);
        refused(ticket, notDrawn(vm.addr(key)));
    }

    function test_NobodyAuditsItself() public {
        vm.prank(provider);
        nodes.update(provider, hex"00", 6, bytes32(0));
        IAudits.Ticket memory ticket = reportOn(deliver(newOrder()), PROVIDER_KEY, AGREES);
        drawFor(ticket.order, true);
        ticket.k = 4;
        refused(ticket, notDrawn(provider));
    }

    function test_AnOrderThatNamesItsAuditorPaysNobodyHere() public {
        Order memory order = newOrder();
        order.auditor = auditor;
        IAudits.Ticket memory ticket = audited(order);
        drawFor(order, true);
        refused(ticket, notDrawn(auditor));
    }

    function test_ALaterAnchorDoesNotDrawAgain() public {
        IAudits.Ticket memory ticket = deliver(newOrder());
        append(provider, 3, "more");
        anchorLog(provider);
        mine();
        mine();
        ticket.receiptPlace = placeOf(provider, ticket.receipt.logIndex);
        ticket = reportOn(ticket, AUDITOR_KEY, AGREES);
        drawFor(ticket.order, true);
        refused(ticket, mismatch("first anchor"));
    }

    // ── Trying again

    function test_OtherReportsOfOneAuditorDoNotChangeTheLot() public {
        IAudits.Ticket memory ticket = deliver(newOrder());
        IAudits.Ticket[] memory variants = new IAudits.Ticket[](24);
        // Each stands at another index, in another anchor, with another anchorBy.
        for (uint256 i; i < variants.length; ++i) {
            pass(60);
            variants[i] = reportOn(copyOf(ticket), AUDITOR_KEY, AGREES);
        }
        drawFor(ticket.order, false);
        for (uint256 i; i < variants.length; ++i) {
            refused(variants[i], notWinning(ticket.order));
        }
    }

    function test_OtherReceiptsAndAuditorsForOneOrderDoNotChangeTheLot() public {
        join(mallory, address(0x0C), 4, 99 * STAKE);
        mine();
        Order memory order = newOrder();
        IAudits.Ticket[] memory variants = new IAudits.Ticket[](12);
        for (uint256 i; i < variants.length; ++i) {
            variants[i] = reportOn(deliver(order), i % 2 == 0 ? AUDITOR_KEY : MALLORY_KEY, AGREES);
        }
        drawFor(order, false);
        for (uint256 i; i < variants.length; ++i) {
            refused(variants[i], notWinning(order));
        }
    }

    function test_AnOrderPaysOnceHoweverManyReportReceiptsOfItAreShown() public {
        join(mallory, address(0x0C), 4, 99 * STAKE);
        mine();
        Order memory order = newOrder();
        IAudits.Ticket memory first = audited(order);
        IAudits.Ticket memory again = reportOn(copyOf(first), AUDITOR_KEY, AGREES);
        IAudits.Ticket memory second = reportOn(copyOf(first), MALLORY_KEY, AGREES);
        IAudits.Ticket memory other = audited(order);
        drawFor(order, true);
        audits.redeem(first);
        IAudits.Ticket[4] memory all = [first, again, second, other];
        for (uint256 i; i < all.length; ++i) {
            vm.expectRevert(alreadyPaid(order));
            audits.redeem(all[i]);
        }
        vm.assertEq(audits.fundOf(requester, address(token)), FUND - ODDS * DUE);
    }

    function copyOf(IAudits.Ticket memory ticket) private pure returns (IAudits.Ticket memory) {
        return abi.decode(abi.encode(ticket), (IAudits.Ticket));
    }

    // ── Orders, receipts and reports that are not what they say

    function test_AnOrderTheRequesterDidNotSignTakesNothingFromItsFund() public {
        join(mallory, address(0x0C), 2, 0);
        Order memory order = newOrder();
        order.provider = mallory;
        order.auditAmount = uint128(FUND);
        IAudits.Ticket memory ticket = reportOn(deliverAs(order, MALLORY_KEY, MALLORY_KEY), AUDITOR_KEY, AGREES);
        drawFor(order, true);
        refused(ticket, abi.encodeWithSelector(Digests.BadSignature.selector, digestOf(order), requester));
    }

    function test_OnesOwnOrdersTakeFromOnesOwnFundAlone() public {
        Order memory order = newOrder();
        order.requester = mallory;
        IAudits.Ticket memory ticket = reportOn(deliverAs(order, MALLORY_KEY, PROVIDER_KEY), AUDITOR_KEY, AGREES);
        drawFor(order, true);
        refused(
            ticket,
            abi.encodeWithSelector(IAudits.InsufficientFund.selector, mallory, address(token), ODDS * DUE, uint256(0))
        );
    }

    function test_AStrangersReceiptForSomebodyElsesOrderIsWorthNothing() public {
        join(mallory, address(0x0C), 2, 0);
        IAudits.Ticket memory ticket = reportOn(deliverAs(newOrder(), REQUESTER_KEY, MALLORY_KEY), AUDITOR_KEY, AGREES);
        drawFor(ticket.order, true);
        refused(ticket, mismatch("order"));
    }

    function test_AReceiptForAnotherManifestIsWorthNothing() public {
        IAudits.Ticket memory ticket = deliver(newOrder());
        ticket.receipt.manifest = "another";
        ticket.receiptSignature = sign(PROVIDER_KEY, digestOf(ticket.receipt));
        ticket = reportOn(ticket, AUDITOR_KEY, AGREES);
        drawFor(ticket.order, true);
        refused(ticket, mismatch("order"));
    }

    function test_AReceiptItsProviderDidNotSignIsWorthNothing() public {
        IAudits.Ticket memory ticket = winning();
        ticket.receiptSignature = sign(AUDITOR_KEY, digestOf(ticket.receipt));
        refused(ticket, abi.encodeWithSelector(Digests.BadSignature.selector, digestOf(ticket.receipt), provider));
    }

    function test_AReportItsAuditorDidNotSignIsWorthNothing() public {
        IAudits.Ticket memory ticket = winning();
        ticket.reportSignature = sign(MALLORY_KEY, digestOf(ticket.report));
        refused(ticket, abi.encodeWithSelector(Digests.BadSignature.selector, digestOf(ticket.report), auditor));
    }

    function test_AReportAboutAnotherReceiptIsWorthNothing() public {
        IAudits.Ticket memory one = audited(newOrder());
        IAudits.Ticket memory ticket = winning();
        (ticket.report, ticket.reportSignature, ticket.reportPlace) = (one.report, one.reportSignature, one.reportPlace);
        ticket.report.draw = seedOf(ticket);
        ticket.reportSignature = sign(AUDITOR_KEY, digestOf(ticket.report));
        refused(ticket, mismatch("receipt"));
    }

    function test_AReportThatWasNeverLoggedIsWorthNothing() public {
        IAudits.Ticket memory ticket = winning();
        ticket.report.anchorBy += 1;
        ticket.reportSignature = sign(AUDITOR_KEY, digestOf(ticket.report));
        refused(ticket, mismatch("place"));
    }

    function test_AReportWithAnotherDrawIsWorthNothing() public {
        IAudits.Ticket memory ticket = winning();
        ticket.report.draw = "another";
        ticket.reportSignature = sign(AUDITOR_KEY, digestOf(ticket.report));
        refused(ticket, notDrawn(auditor));
    }

    function test_AnEntryOfAnotherTypeIsNoReceipt() public {
        IAudits.Ticket memory ticket = deliver(newOrder());
        uint256 index = logs[provider].length;
        ticket.receipt.logIndex = uint64(index);
        ticket.receiptSignature = sign(PROVIDER_KEY, digestOf(ticket.receipt));
        append(provider, 5, digestOf(ticket.receipt));
        anchorLog(provider);
        ticket.receiptPlace = placeOf(provider, index);
        mine();
        mine();
        ticket = reportOn(ticket, AUDITOR_KEY, AGREES);
        drawFor(ticket.order, true);
        refused(ticket, mismatch("place"));
    }

    // ── Refunds

    function test_WhatIsOnItsWayOutStillPaysTicketsThatAreDue() public {
        Order memory order = newOrder();
        order.expiresAt = uint64(vm.getBlockTimestamp() + 3 * audits.REPORT_WINDOW());
        IAudits.Ticket memory ticket = audited(order);
        vm.prank(requester);
        audits.requestRefund(token, FUND);
        drawFor(order, true);
        vm.assertEq(audits.redeem(ticket), ODDS * DUE);
        (uint256 leaving,) = audits.leavingOf(requester, address(token));
        vm.assertEq(leaving, FUND - ODDS * DUE);
        pass(audits.REFUND_DELAY());
        vm.prank(requester);
        vm.assertEq(audits.refund(token, requester), FUND - ODDS * DUE);
    }

    function test_TicketsTakeWhatStaysBeforeWhatIsLeaving() public {
        vm.prank(requester);
        audits.requestRefund(token, FUND - DUE);
        audits.redeem(winning());
        (uint256 leaving,) = audits.leavingOf(requester, address(token));
        vm.assertEq(audits.fundOf(requester, address(token)), 0);
        vm.assertEq(leaving, FUND - ODDS * DUE);
    }

    function test_OnceTheFundIsGoneThereIsNothingToPayFrom() public {
        IAudits.Ticket memory ticket = audited(newOrder());
        vm.prank(requester);
        audits.requestRefund(token, FUND);
        pass(audits.REFUND_DELAY());
        vm.prank(requester);
        audits.refund(token, requester);
        drawFor(ticket.order, true);
        vm.roll(vm.getBlockNumber() + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IAudits.InsufficientFund.selector, requester, address(token), ODDS * DUE, uint256(0))
        );
        audits.redeem(ticket);
    }

    function test_OnlyTheAuditorAcceptsLessThanItsDue() public {
        IAudits.Ticket memory ticket = winning();
        vm.prank(requester);
        audits.requestRefund(token, FUND - 1);
        pass(audits.REFUND_DELAY());
        vm.prank(requester);
        audits.refund(token, requester);
        bytes memory fault = abi.encodeWithSelector(
            IAudits.InsufficientFund.selector, requester, address(token), ODDS * DUE, uint256(1)
        );
        vm.prank(requester);
        vm.expectRevert(fault);
        audits.redeem(ticket);
        vm.assertTrue(!audits.paid(digestOf(ticket.order)), "the ticket was used up");
        vm.prank(auditor);
        vm.assertEq(audits.redeem(ticket), 1);
    }

    // ── Tokens

    function test_AFeeTokenIsCreditedAsItArrives() public {
        FeeToken fee = new FeeToken();
        fee.mint(address(this), 1000e18);
        fee.approve(address(audits), type(uint256).max);
        vm.assertEq(audits.fund(fee, requester, 1000e18), 990e18);
        IAudits.Ticket memory ticket = winningIn(address(fee));
        vm.assertEq(audits.redeem(ticket), ODDS * DUE);
        vm.assertEq(fee.balanceOf(address(audits)), 990e18 - ODDS * DUE);
        vm.assertEq(audits.fundOf(requester, address(fee)), 990e18 - ODDS * DUE);
    }

    function test_ATokenThatTakesMoreThanItSendsTakesNothingFromOthers() public {
        SurchargeToken surcharge = new SurchargeToken();
        surcharge.mint(address(this), 5000e18);
        surcharge.approve(address(audits), type(uint256).max);
        audits.fund(surcharge, requester, 1000e18);
        audits.fund(surcharge, mallory, 1000e18);
        IAudits.Ticket memory ticket = winningIn(address(surcharge));
        bytes memory fault = abi.encodeWithSelector(
            IAudits.TokenTookMore.selector, address(surcharge), ODDS * DUE, ODDS * DUE + ODDS * DUE / 100
        );
        vm.expectRevert(fault);
        audits.redeem(ticket);
        vm.assertEq(surcharge.balanceOf(address(audits)), 2000e18);
    }

    function test_ATokenThatLiesFundsNothing() public {
        LyingToken lying = new LyingToken();
        vm.expectRevert(abi.encodeWithSelector(IAudits.ZeroAmount.selector));
        audits.fund(IERC20(address(lying)), requester, 1e18);
    }

    function test_ATokenThatCallsBackFindsEveryDoorClosed() public {
        CallingToken calling = new CallingToken();
        calling.mint(address(this), 5000e18);
        calling.approve(address(audits), type(uint256).max);
        audits.fund(calling, requester, 1000e18);
        audits.fund(calling, address(calling), 1000e18);
        vm.prank(address(calling));
        audits.requestRefund(calling, 1000e18);
        IAudits.Ticket memory ticket = audited(orderIn(address(calling)));
        IAudits.Ticket memory another = audited(orderIn(address(calling)));
        pass(audits.REFUND_DELAY());
        drawFor(ticket.order, true);
        bytes[4] memory calls = [
            abi.encodeCall(audits.redeem, (ticket)),
            abi.encodeCall(audits.redeem, (another)),
            abi.encodeCall(audits.refund, (calling, mallory)),
            abi.encodeCall(audits.fund, (calling, mallory, 1))
        ];
        for (uint256 i; i < calls.length; ++i) {
            calling.callDuringTransfer(address(audits), calls[i]);
            if (i == 0) audits.redeem(ticket);
            else audits.fund(calling, mallory, 1);
            vm.assertTrue(!calling.lastCallSucceeded(), "a door was open");
            vm.assertTrue(
                bytes4(calling.lastCallResult()) == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector,
                "refused for another reason"
            );
        }
        vm.assertEq(calling.balanceOf(address(audits)), 2000e18 + 3 - ODDS * DUE);
        vm.assertEq(audits.fundOf(mallory, address(calling)), 3);
    }

    function test_ATokenThatRevertsUsesUpNoTicketAndBlocksNoOther() public {
        CallingToken stuck = new CallingToken();
        stuck.mint(address(this), 1000e18);
        stuck.approve(address(audits), type(uint256).max);
        audits.fund(stuck, requester, 1000e18);
        IAudits.Ticket memory ticket = winningIn(address(stuck));
        vm.mockCallRevert(
            address(stuck), abi.encodeWithSelector(IERC20.transfer.selector, auditor, ODDS * DUE), "stuck"
        );
        vm.expectRevert();
        audits.redeem(ticket);
        vm.assertTrue(!audits.paid(digestOf(ticket.order)), "the ticket was used up");
        vm.assertEq(audits.redeem(winning()), ODDS * DUE);
    }

    function orderIn(address token_) private returns (Order memory order) {
        order = newOrder();
        order.token = token_;
    }

    function winningIn(address token_) private returns (IAudits.Ticket memory ticket) {
        ticket = audited(orderIn(token_));
        drawFor(ticket.order, true);
    }
}
