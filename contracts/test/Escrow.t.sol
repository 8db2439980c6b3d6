// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IEscrow} from "../src/interfaces/IEscrow.sol";
import {ChannelKey} from "../src/types/ChannelKey.sol";
import {EscrowTest} from "./support/EscrowTest.sol";

contract EscrowBehaviourTest is EscrowTest {
    address private constant STRANGER = address(0x57);

    function setUp() public {
        deployEscrow();
    }

    // ── Balances
    // ────────────────────────────────────────────────────────────────────────────────────────────────────

    function testFuzz_WhatIsDepositedCanBeWithdrawnByItsOwnerOnly(uint104 amount) public {
        vm.assume(amount != 0);
        token.mint(payer, amount);
        vm.startPrank(payer);
        escrow.deposit(token, amount);
        vm.stopPrank();
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.InsufficientBalance.selector, address(token), STRANGER, amount, 0)
        );
        vm.prank(STRANGER);
        escrow.withdraw(token, amount, STRANGER);
        vm.prank(payer);
        escrow.withdraw(token, amount, STRANGER);
        vm.assertEq(token.balanceOf(STRANGER), amount);
        vm.assertEq(escrow.owed(address(token)), 0);
    }

    function test_ADepositCanBeMadeForSomebodyElse() public {
        vm.prank(payer);
        escrow.depositFor(token, STRANGER, 70);
        vm.assertEq(balance(STRANGER), 70);
        vm.assertEq(balance(payer), 0);
        vm.expectPartialRevert(IEscrow.ZeroAddress.selector);
        vm.prank(payer);
        escrow.depositFor(token, address(0), 70);
    }

    function test_APermitDepositsInOneTransactionEvenWhenSomebodyUsedItFirst() public {
        koin.transfer(payer, 50);
        bytes32 permit = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                payer,
                address(escrow),
                50,
                0,
                START
            )
        );
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", koin.DOMAIN_SEPARATOR(), permit));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(PAYER_KEY, digest);
        vm.prank(STRANGER);
        koin.permit(payer, address(escrow), 50, START, v, r, s);
        vm.prank(payer);
        escrow.depositWithPermit(koin, 50, START, v, r, s);
        vm.assertEq(escrow.balanceOf(address(koin), payer), 50);
    }

    function test_DepositAndOpeningFitInOneTransaction() public {
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(escrow.deposit, (token, 100));
        calls[1] = abi.encodeCall(escrow.openChannel, (keyOf(1, 0), 100));
        vm.prank(payer);
        escrow.multicall(calls);
        (uint256 deposited,,) = escrow.channel(idOf(keyOf(1, 0)));
        vm.assertEq(deposited, 100);
    }

    function test_NothingIsDepositedOrWithdrawnToNobody() public {
        vm.startPrank(payer);
        vm.expectPartialRevert(IEscrow.ZeroAmount.selector);
        escrow.deposit(token, 0);
        escrow.deposit(token, 1);
        vm.expectPartialRevert(IEscrow.ZeroAddress.selector);
        escrow.withdraw(token, 1, address(0));
    }

    function test_OneTokensAmountsNeverExceedTheirPackedWords() public {
        token.mint(payer, type(uint104).max);
        vm.startPrank(payer);
        escrow.deposit(token, type(uint104).max);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.TooMuchOfToken.selector, address(token), type(uint104).max, 1));
        escrow.deposit(token, 1);
    }

    // ── Channels
    // ────────────────────────────────────────────────────────────────────────────────────────────────────

    function testFuzz_AChannelIsNamedByTheHashOfItsKey(ChannelKey memory key) public view {
        vm.assertEq(escrow.channelId(key), keccak256(abi.encode(key)));
    }

    function test_OnlyThePayerOpensAndOnlyFromWhatItHas() public {
        ChannelKey memory key = keyOf(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotAuthorized.selector, STRANGER, payer));
        vm.prank(STRANGER);
        escrow.openChannel(key, 1);
        vm.startPrank(payer);
        escrow.deposit(token, 10);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.InsufficientBalance.selector, address(token), payer, 11, 10));
        escrow.openChannel(key, 11);
        vm.expectPartialRevert(IEscrow.ZeroAmount.selector);
        escrow.openChannel(key, 0);
        escrow.openChannel(key, 6);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.ChannelOpen.selector, idOf(key), 6));
        escrow.openChannel(key, 4);
        vm.assertEq(balance(payer), 4);
    }

    function test_AChannelNeedsAPayeeAndASigner() public {
        ChannelKey memory key = keyOf(1, 0);
        vm.startPrank(payer);
        escrow.deposit(token, 10);
        key.payee = address(0);
        vm.expectPartialRevert(IEscrow.ZeroAddress.selector);
        escrow.openChannel(key, 1);
        key = keyOf(1, 0);
        key.signer = address(0);
        vm.expectPartialRevert(IEscrow.ZeroAddress.selector);
        escrow.openChannel(key, 1);
    }

    function test_AnybodyTopsUpAnOpenChannelFromItsOwnBalance() public {
        ChannelKey memory key = keyOf(1, 0);
        bytes32 id = open(key, 10);
        vm.prank(payer);
        escrow.depositFor(token, STRANGER, 5);
        vm.prank(STRANGER);
        escrow.topUp(key, 5);
        (uint256 deposited,,) = escrow.channel(id);
        vm.assertEq(deposited, 15);
        vm.assertEq(balance(STRANGER), 0);
        ChannelKey memory unknown = keyOf(2, 0);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.ChannelUnknown.selector, idOf(unknown)));
        vm.prank(STRANGER);
        escrow.topUp(unknown, 1);
    }

    function testFuzz_ClaimsAddUpToTheNewestVoucher(uint64[5] memory steps) public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 5 * uint256(type(uint64).max) + 5);
        uint128 total;
        for (uint256 i; i < 5; ++i) {
            total += uint128(steps[i]) + 1;
            vm.assertEq(escrow.claim(voucher(key, total)), uint256(steps[i]) + 1);
        }
        vm.assertEq(maturing(payee), total);
        vm.assertEq(balance(payee), 0);
        pass(2 * CHALLENGE_WINDOW);
        vm.assertEq(balance(payee), total);
        vm.prank(payee);
        escrow.withdraw(token, total, payee);
        vm.assertEq(token.balanceOf(payee), total);
    }

    function test_AVoucherBeyondTheDepositIsRefused() public {
        ChannelKey memory key = keyOf(1, 0);
        bytes32 id = open(key, 10);
        IEscrow.Claim memory it = voucher(key, 11);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.VoucherExceedsDeposit.selector, id, 11, 10));
        escrow.claim(it);
    }

    function testFuzz_ClaimsMatureAfterMoreThanOneWindowAndAtMostTwo(uint32 offset, uint32 wait) public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 10);
        vm.warp(START + offset % CHALLENGE_WINDOW);
        uint256 claimedAt = vm.getBlockTimestamp();
        escrow.claim(voucher(key, 10));
        vm.warp(claimedAt + uint256(wait) % (3 * CHALLENGE_WINDOW));
        uint256 passed = vm.getBlockTimestamp() - claimedAt;
        if (passed <= CHALLENGE_WINDOW) vm.assertEq(balance(payee), 0);
        if (passed >= 2 * CHALLENGE_WINDOW) vm.assertEq(balance(payee), 10);
        vm.assertEq(balance(payee) + maturing(payee), 10);
    }

    function test_WhatMaturesIsToldBeforehand() public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 30);
        escrow.claim(voucher(key, 10));
        pass(CHALLENGE_WINDOW);
        escrow.claim(voucher(key, 30));
        (uint256 older, uint256 newer, uint48 at) = escrow.maturingOf(address(token), payee);
        vm.assertEq(older, 10);
        vm.assertEq(newer, 20);
        vm.warp(at - 1);
        vm.assertEq(balance(payee), 0);
        vm.warp(at);
        vm.assertEq(balance(payee), 10);
        vm.warp(at + CHALLENGE_WINDOW);
        vm.assertEq(balance(payee), 30);
    }

    function test_ALaterClaimDoesNotDelayAnEarlierOne() public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        for (uint128 i = 1; i <= 5; ++i) {
            escrow.claim(voucher(key, i * 10));
            pass(CHALLENGE_WINDOW);
        }
        vm.assertEq(balance(payee), 40);
        vm.assertEq(maturing(payee), 10);
        vm.prank(payee);
        escrow.withdraw(token, 40, payee);
    }

    function test_ClaimManyPaysEveryPayeeWhatItsVouchersSay() public {
        address other = address(0xB0B);
        IEscrow.Claim[] memory claims = new IEscrow.Claim[](5);
        for (uint64 i; i < 5; ++i) {
            ChannelKey memory key = keyOf(i, 0);
            // Payees alternate in part, so that runs of one and of two are settled.
            if (i == 1 || i == 2) key.payee = other;
            open(key, 100);
            claims[i] = voucher(key, 10 + i);
        }
        vm.assertEq(escrow.claimMany(claims), 60);
        vm.assertEq(maturing(payee), 10 + 13 + 14);
        vm.assertEq(maturing(other), 11 + 12);
    }

    function test_ABatchSurvivesVouchersThatBringNothing() public {
        IEscrow.Claim[] memory claims = new IEscrow.Claim[](4);
        for (uint64 i; i < 4; ++i) {
            open(keyOf(i, 0), 100);
            claims[i] = voucher(keyOf(i, 0), 10);
        }
        claims[1] = voucher(keyOf(1, 0), 101);
        // Somebody saw the batch coming and claimed one of it first.
        vm.prank(STRANGER);
        escrow.claim(claims[2]);
        vm.assertEq(escrow.claimMany(claims), 20);
        vm.assertEq(maturing(payee), 30);
        vm.assertEq(escrow.claimMany(new IEscrow.Claim[](0)), 0);
    }

    // ── Closing
    // ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_ThePayerGetsTheRestBackAfterTheDelay() public {
        ChannelKey memory key = keyOf(1, 0);
        bytes32 id = open(key, 100);
        escrow.claim(voucher(key, 30));
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotAuthorized.selector, payee, payer));
        vm.prank(payee);
        escrow.requestClose(key);
        vm.startPrank(payer);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.ChannelNotDue.selector, id, 0));
        escrow.close(key);
        escrow.requestClose(key);
        uint48 closesAt = uint48(START) + escrow.CLOSE_DELAY();
        vm.expectRevert(abi.encodeWithSelector(IEscrow.ChannelClosing.selector, id, closesAt));
        escrow.requestClose(key);
        vm.warp(closesAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.ChannelNotDue.selector, id, closesAt));
        escrow.close(key);
        escrow.claim(voucher(key, 45));
        vm.warp(closesAt);
        vm.assertEq(escrow.close(key), 55);
        vm.assertEq(balance(payer), 55);
    }

    function test_ThePayeeMayCloseAtOnce() public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        vm.prank(payee);
        vm.assertEq(escrow.close(key), 100);
        vm.assertEq(balance(payer), 100);
        vm.assertEq(balance(payee), 0);
    }

    function test_OnceClosingIsAskedForNothingIsPutIn() public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        vm.startPrank(payer);
        escrow.deposit(token, 10);
        escrow.requestClose(key);
        vm.expectPartialRevert(IEscrow.ChannelClosing.selector);
        escrow.topUp(key, 10);
        escrow.claim(voucher(key, 100));
        vm.expectPartialRevert(IEscrow.ChannelClosing.selector);
        escrow.openChannel(key, 10);
    }

    function test_AChannelThatNeverWasCannotBeClosed() public {
        ChannelKey memory key = keyOf(1, 0);
        vm.expectPartialRevert(IEscrow.ChannelUnknown.selector);
        vm.prank(payee);
        escrow.close(key);
        vm.expectPartialRevert(IEscrow.ChannelUnknown.selector);
        vm.prank(payer);
        escrow.requestClose(key);
    }

    function test_ClosingTwicePaysOnce() public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        vm.startPrank(payee);
        escrow.close(key);
        vm.assertEq(escrow.close(key), 0);
        vm.assertEq(balance(payer), 100);
    }

    // ── Assurance
    // ───────────────────────────────────────────────────────────────────────────────────────────────────

    function test_ClaimsWithCoverageAreCappedByThePayeesFreeStake() public {
        stakeNode(payee, 100);
        ChannelKey memory key = keyOf(1, 2e18);
        open(key, 1000);
        escrow.claim(voucher(key, 40));
        vm.assertEq(escrow.exposureOf(payee), 80);
        IEscrow.Claim memory more = voucher(key, 51);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.StakeTooSmall.selector, payee, 102, 100));
        escrow.claim(more);
        escrow.claim(voucher(key, 50));
        pass(2 * CHALLENGE_WINDOW);
        vm.assertEq(escrow.exposureOf(payee), 0);
        escrow.claim(more);
    }

    function test_CoverageIsRoundedUp() public {
        stakeNode(payee, 2);
        ChannelKey memory key = keyOf(1, 1);
        open(key, 1000);
        escrow.claim(voucher(key, 1));
        escrow.claim(voucher(key, 2));
        vm.assertEq(escrow.exposureOf(payee), 2);
        IEscrow.Claim memory third = voucher(key, 3);
        vm.expectPartialRevert(IEscrow.StakeTooSmall.selector);
        escrow.claim(third);
    }

    function test_StakeThatIsUnstakingOrLockedCoversNothing() public {
        stakeNode(payee, 100);
        ChannelKey memory key = keyOf(1, 1e18);
        open(key, 1000);
        nodes.requestUnstake(payee, 60);
        IEscrow.Claim memory it = voucher(key, 41);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.StakeTooSmall.selector, payee, 41, 40));
        escrow.claim(it);
        installCourt();
        vm.prank(court);
        nodes.lock(payee, 5);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.StakeTooSmall.selector, payee, 41, 35));
        escrow.claim(it);
    }

    function test_OneStakeCoversAllChannelsOfAPayeeTogether() public {
        stakeNode(payee, 100);
        IEscrow.Claim[] memory claims = new IEscrow.Claim[](3);
        for (uint64 i; i < 3; ++i) {
            open(keyOf(i, 1e18), 100);
            claims[i] = voucher(keyOf(i, 1e18), 34);
        }
        vm.expectRevert(abi.encodeWithSelector(IEscrow.StakeTooSmall.selector, payee, 102, 100));
        escrow.claimMany(claims);
        claims[2] = voucher(keyOf(2, 1e18), 32);
        vm.assertEq(escrow.claimMany(claims), 100);
    }

    function test_WithoutCoverageNoStakeIsAskedFor() public {
        open(keyOf(1, 0), 1e24);
        escrow.claim(voucher(keyOf(1, 0), 1e24));
        vm.assertEq(escrow.exposureOf(payee), 0);
    }

    function test_TheStakeOutlivesEveryClaimItCovered() public {
        stakeNode(payee, 100);
        ChannelKey memory key = keyOf(1, 1e18);
        open(key, 100);
        escrow.claim(voucher(key, 100));
        nodes.requestUnstake(payee, 100);
        pass(nodes.UNSTAKE_DELAY() - 1);
        vm.assertEq(maturing(payee), 0);
        vm.expectRevert();
        nodes.withdraw(payee, address(this));
    }

    // ── Court
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_TheCourtTakesWhatMaturesAndNothingElse() public {
        installCourt();
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        escrow.claim(voucher(key, 20));
        pass(CHALLENGE_WINDOW);
        escrow.claim(voucher(key, 50));
        pass(CHALLENGE_WINDOW);
        vm.prank(court);
        vm.assertEq(escrow.slash(token, payee, type(uint104).max, STRANGER), 30);
        vm.assertEq(balance(payee), 20);
        vm.assertEq(maturing(payee), 0);
        vm.assertEq(balance(STRANGER), 30);
        vm.prank(payee);
        escrow.withdraw(token, 20, payee);
    }

    function test_ASlashTakesTheNewestClaimsFirst() public {
        installCourt();
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        escrow.claim(voucher(key, 20));
        pass(CHALLENGE_WINDOW);
        escrow.claim(voucher(key, 50));
        vm.prank(court);
        vm.assertEq(escrow.slash(token, payee, 35, court), 35);
        (uint256 older, uint256 newer,) = escrow.maturingOf(address(token), payee);
        vm.assertEq(older, 15);
        vm.assertEq(newer, 0);
    }

    function test_OnlyTheCourtSlashes() public {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotAuthorized.selector, STRANGER, address(0)));
        vm.prank(STRANGER);
        escrow.slash(token, payee, 1, STRANGER);
        installCourt();
        vm.expectRevert(abi.encodeWithSelector(IEscrow.NotAuthorized.selector, STRANGER, court));
        vm.prank(STRANGER);
        escrow.slash(token, payee, 1, STRANGER);
        vm.expectPartialRevert(IEscrow.ZeroAddress.selector);
        vm.prank(court);
        escrow.slash(token, payee, 1, address(0));
    }

    function test_ThePayerHasTimeForTwoClaimIntervals() public view {
        vm.assertEq(escrow.WINDOW(), nodes.CHALLENGE_WINDOW());
        vm.assertEq(escrow.CLOSE_DELAY(), 2 * uint256(escrow.WINDOW()));
    }
}
