// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICourtTypes} from "../src/interfaces/ICourtTypes.sol";
import {IEscrow} from "../src/interfaces/IEscrow.sol";
import {ChannelKey} from "../src/types/ChannelKey.sol";
import {Signature} from "../src/types/Statements.sol";
import {CourtTest} from "./support/CourtTest.sol";
import {CallingToken} from "./support/Tokens.sol";

contract CourtMoneyTest is CourtTest {
    function setUp() public {
        deployCourt();
    }

    /// @dev A job paid through channel `number`.
    function paidJob(uint64 number, uint256 wrongFrom) private returns (Job memory it, IEscrow.Claim memory claim) {
        it = job(bytes32(uint256(number) + 1), wrongFrom);
        it.order.channel = keccak256(abi.encode(keyOf(number)));
        it.receipt.order = digestOf(it.order);
        claim = pay(it.receipt, number);
    }

    function convict(Job memory it) private returns (bytes32 dispute) {
        dispute = accuse(it, 1);
        vote(dispute, rightOutcome(it, 1));
        passAppeal();
        tribunal.resolve(dispute);
    }

    function acquit(Job memory it) private returns (bytes32 dispute) {
        dispute = accuseAs(accuser, it, 1, keccak256("nonsense"));
        vote(dispute, rightOutcome(it, 1));
        passAppeal();
        tribunal.resolve(dispute);
    }

    function maturing() private view returns (uint256) {
        (uint256 older, uint256 newer,) = escrow.maturingOf(address(token), provider);
        return older + newer;
    }

    function owedToken(address account) private view returns (uint256) {
        return tribunal.owed(address(token), account);
    }

    function expectRefused(Job memory it, IEscrow.Claim memory claim, bytes memory fault) private {
        Signature memory signature = Signature(claim.r, claim.vs);
        vm.expectRevert(fault);
        tribunal.refund(
            it.receipt,
            it.order,
            claim.key,
            claim.cumulativeAmount,
            claim.receiptsRoot,
            signature,
            0,
            1,
            new bytes32[](0)
        );
    }

    function test_TheWrongedPayerGetsItsMoneyBack() public {
        (Job memory it, IEscrow.Claim memory claim) = paidJob(1, 1);
        expectRefused(it, claim, abi.encodeWithSelector(ICourtTypes.NoContradiction.selector));
        bytes32 dispute = accuse(it, 1);
        vm.assertEq(maturing(), 0, "frozen");
        vote(dispute, rightOutcome(it, 1));
        passAppeal();
        tribunal.resolve(dispute);
        refund(it, claim);
        vm.assertEq(owedToken(payer), PRICE, "all of it");
        expectRefused(it, claim, abi.encodeWithSelector(ICourtTypes.ZeroAmount.selector));
        vm.prank(payer);
        tribunal.withdraw(IERC20(address(token)));
        vm.assertEq(token.balanceOf(payer), PRICE, "in its wallet");
    }

    function test_EquivocationIsRefundedFromWhatMatures() public {
        (Job memory it, IEscrow.Claim memory claim) = paidJob(1, 1);
        Job memory other = job("other", 3);
        Signature memory a = signed(it.receipt);
        Signature memory b = signed(other.receipt);
        tribunal.accuseReceipts(it.receipt, a, it.opening, other.receipt, b, other.opening);
        refund(it, claim);
        vm.assertEq(owedToken(payer), PRICE, "all of it");
        vm.assertEq(maturing(), 0, "taken");
    }

    function test_SilenceFreezesTheAmountForItsPayer() public {
        (Job memory it, IEscrow.Claim memory claim) = paidJob(1, 3);
        Signature memory signature = signed(it.receipt);
        vm.prank(accuser);
        bytes32 id = tribunal.demand(it.receipt, signature, it.order, ICourtTypes.Demanded.Opening, 0);
        pass(tribunal.DEMAND_WINDOW());
        tribunal.closeDemand(id, it.receipt);
        vm.assertEq(maturing(), 0, "frozen");
        refund(it, claim);
        vm.assertEq(owedToken(payer), PRICE, "all of it");
    }

    function test_WhatWasFrozenForNothingGoesOnMaturing() public {
        (Job memory it,) = paidJob(1, 3);
        acquit(it);
        vm.assertEq(owedToken(provider), 0, "not at once");
        pass(2 * CHALLENGE_WINDOW);
        vm.assertEq(owedToken(provider), PRICE, "in two windows");
        vm.prank(provider);
        tribunal.withdraw(IERC20(address(token)));
        vm.assertEq(token.balanceOf(provider), PRICE, "all of it");
    }

    /// @dev A cheater has itself accused of something right, to bring its claims to safety.
    function test_WhatWasGivenBackCanStillBeRefunded() public {
        (Job memory right,) = paidJob(1, 3);
        (Job memory wrong, IEscrow.Claim memory claim) = paidJob(2, 1);
        // It asks for all that matures.
        right.receipt.amount = 2 * PRICE;
        acquit(right);
        vm.assertEq(maturing(), 0, "all of it was frozen");
        convict(wrong);
        refund(wrong, claim);
        vm.assertEq(owedToken(payer), PRICE, "the victim is paid");
        pass(2 * CHALLENGE_WINDOW);
        vm.assertEq(owedToken(provider), PRICE, "the rest matures");
    }

    function test_NobodyGetsBackMoreThanTheChannelPaid() public {
        // Two receipts, each for the price, over one channel that paid once.
        (Job memory it, IEscrow.Claim memory claim) = paidJob(1, 1);
        Job memory twin = job("twin", 2);
        twin.order.channel = it.order.channel;
        twin.receipt.order = digestOf(twin.order);
        claim.receiptsRoot = leafOf(digestOf(twin.receipt));
        IEscrow.Claim memory forTwin = voucherFor(claim.key, PRICE, claim.receiptsRoot);
        // Somebody else's money is maturing too.
        paidJob(2, 3);
        Signature memory a = signed(it.receipt);
        Signature memory b = signed(twin.receipt);
        tribunal.accuseReceipts(it.receipt, a, it.opening, twin.receipt, b, twin.opening);
        refund(twin, forTwin);
        claim.receiptsRoot = leafOf(digestOf(it.receipt));
        expectRefused(it, claim, abi.encodeWithSelector(ICourtTypes.ZeroAmount.selector));
        vm.assertEq(owedToken(payer), PRICE, "what it paid");
        vm.assertEq(maturing(), PRICE, "the other's is untouched");
    }

    /// @dev Closing counts the whole deposit as claimed; nobody was paid it.
    function test_WhatClosingReturnedIsNotRefunded() public {
        Job memory it = job("1", 1);
        ChannelKey memory key = keyOf(1);
        it.order.channel = keccak256(abi.encode(key));
        it.receipt.order = digestOf(it.order);
        token.mint(payer, PRICE);
        vm.startPrank(payer);
        token.approve(address(escrow), PRICE);
        escrow.deposit(IERC20(address(token)), PRICE);
        escrow.openChannel(key, PRICE);
        vm.stopPrank();
        vm.prank(provider);
        escrow.close(key);
        paidJob(2, 3);
        convict(it);
        IEscrow.Claim memory claim = voucherFor(key, PRICE, leafOf(digestOf(it.receipt)));
        expectRefused(it, claim, abi.encodeWithSelector(ICourtTypes.ZeroAmount.selector));
    }

    function test_OnlyTheVoucherThatPaidIsHeard() public {
        (Job memory it, IEscrow.Claim memory claim) = paidJob(1, 1);
        convict(it);
        IEscrow.Claim memory other = voucherFor(keyOf(2), PRICE, claim.receiptsRoot);
        expectRefused(it, other, abi.encodeWithSelector(ICourtTypes.EvidenceMismatch.selector, "channel"));
        other = voucherFor(claim.key, PRICE + 1, claim.receiptsRoot);
        expectRefused(it, other, abi.encodeWithSelector(ICourtTypes.EvidenceMismatch.selector, "voucher not claimed"));
        other = voucherFor(claim.key, PRICE, "other receipts");
        expectRefused(it, other, abi.encodeWithSelector(ICourtTypes.EvidenceMismatch.selector, "receipts"));
        claim.cumulativeAmount -= 1;
        Signature memory signature = Signature(claim.r, claim.vs);
        vm.expectPartialRevert(ICourtTypes.BadSignature.selector);
        tribunal.refund(
            it.receipt,
            it.order,
            claim.key,
            claim.cumulativeAmount,
            claim.receiptsRoot,
            signature,
            0,
            1,
            new bytes32[](0)
        );
    }

    function test_WhatNobodyAsksForIsSweptAway() public {
        (Job memory it,) = paidJob(1, 1);
        convict(it);
        bytes32 digest = digestOf(it.receipt);
        vm.expectPartialRevert(ICourtTypes.NotNow.selector);
        tribunal.sweep(digest);
        pass(CHALLENGE_WINDOW);
        tribunal.sweep(digest);
        vm.assertEq(token.balanceOf(address(0xdEaD)), PRICE, "nobody's");
        vm.expectRevert(abi.encodeWithSelector(ICourtTypes.Unknown.selector, digest));
        tribunal.sweep(digest);
    }

    function test_NothingOwedNothingPaid() public {
        vm.expectRevert(ICourtTypes.ZeroAmount.selector);
        tribunal.withdraw(koin);
        vm.expectRevert(ICourtTypes.ZeroAmount.selector);
        tribunal.burn();
    }

    /// @dev A token that calls back while it is sent finds nothing left to take.
    function test_AHostileTokenTakesNothingTwice() public {
        CallingToken hostile = new CallingToken();
        hostile.mint(payer, 3 * PRICE);
        hostile.approveFrom(payer, address(escrow));
        Job memory it = job("1", 1);
        ChannelKey memory key = ChannelKey(payer, provider, address(hostile), payer, 0, 1);
        (it.order.channel, it.order.token, it.receipt.token) =
        (keccak256(abi.encode(key)), address(hostile), address(hostile));
        it.receipt.order = digestOf(it.order);
        vm.startPrank(payer);
        escrow.deposit(hostile, 3 * PRICE);
        escrow.openChannel(key, 3 * PRICE);
        vm.stopPrank();
        IEscrow.Claim memory claim = voucherFor(key, PRICE, leafOf(digestOf(it.receipt)));
        escrow.claim(claim);
        convict(it);
        refund(it, claim);
        hostile.callDuringTransfer(address(tribunal), abi.encodeCall(tribunal.withdraw, (IERC20(address(hostile)))));
        vm.prank(payer);
        tribunal.withdraw(hostile);
        vm.assertTrue(!hostile.lastCallSucceeded(), "the second one failed");
        vm.assertEq(hostile.balanceOf(payer), PRICE, "once");
    }
}
