// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Escrow} from "../src/Escrow.sol";
import {IEscrow} from "../src/interfaces/IEscrow.sol";
import {ChannelKey} from "../src/types/ChannelKey.sol";
import {EscrowTest} from "./support/EscrowTest.sol";
import {CallingToken, FeeToken, FickleWallet, LyingToken, SilentToken, SurchargeToken} from "./support/Tokens.sol";

/// @dev Each attack is tried by both paths a voucher can take, claim and claimMany.
contract EscrowAttacksTest is EscrowTest {
    address private constant THIEF = address(0x7417);

    function setUp() public {
        deployEscrow();
    }

    function refused(IEscrow.Claim memory it) private {
        (, uint256 claimedBefore,) = escrow.channel(idOf(it.key));
        uint256 maturingBefore = maturing(it.key.payee);
        (bool single,) = address(escrow).call(abi.encodeCall(escrow.claim, (it)));
        vm.assertTrue(!single, "a single claim went through");
        IEscrow.Claim[] memory batch = new IEscrow.Claim[](1);
        batch[0] = it;
        try escrow.claimMany(batch) returns (uint256 paid) {
            vm.assertEq(paid, 0, "a batch paid");
        } catch {}
        (, uint256 claimedAfter,) = escrow.channel(idOf(it.key));
        vm.assertEq(claimedAfter, claimedBefore, "the channel moved");
        vm.assertEq(maturing(it.key.payee), maturingBefore, "the payee was paid");
    }

    // ── Replays
    // ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_AVoucherOfAnotherChainIsRefused() public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        IEscrow.Claim memory it = voucher(key, 10);
        vm.chainId(999);
        refused(it);
        vm.chainId(31337);
        escrow.claim(it);
    }

    function test_AVoucherOfAnotherContractIsRefused() public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        Escrow other = new Escrow(nodes);
        refused(voucherBy(PAYER_KEY, other.DOMAIN_SEPARATOR(), key, 10));
        refused(voucherBy(PAYER_KEY, nodes.DOMAIN_SEPARATOR(), key, 10));
    }

    function testFuzz_AnOldVoucherIsWorthNothing(uint128 old, uint128 newer) public {
        newer = uint128(within(newer, 1, 1e24));
        old = uint128(within(old, 0, newer));
        ChannelKey memory key = keyOf(1, 0);
        open(key, 1e24);
        escrow.claim(voucher(key, newer));
        refused(voucher(key, old));
    }

    function test_AVoucherIsForOneChannelOnly() public {
        open(keyOf(1, 0), 100);
        open(keyOf(2, 0), 100);
        IEscrow.Claim memory it = voucher(keyOf(1, 0), 10);
        it.key = keyOf(2, 0);
        refused(it);
    }

    function test_EveryFieldOfTheKeyIsBound() public {
        open(keyOf(1, 0), 100);
        for (uint256 i; i < 6; ++i) {
            IEscrow.Claim memory it = voucher(keyOf(1, 0), 10);
            if (i == 0) it.key.payer = THIEF;
            if (i == 1) it.key.payee = THIEF;
            if (i == 2) it.key.token = address(koin);
            if (i == 3) it.key.signer = THIEF;
            if (i == 4) it.key.coverage = 1;
            if (i == 5) it.key.number = 7;
            refused(it);
        }
    }

    function testFuzz_AVoucherOfAClosedAndReopenedChannelIsWorthNothing(uint64 claimed, uint64 signed, uint64 again)
        public
    {
        uint256 amount = 1e20;
        ChannelKey memory key = keyOf(1, 0);
        open(key, amount);
        if (claimed != 0) escrow.claim(voucher(key, claimed));
        IEscrow.Claim memory unclaimed = voucher(key, uint128(claimed) + signed);
        vm.prank(payee);
        escrow.close(key);
        refused(unclaimed);
        open(key, uint256(again) + 1);
        refused(unclaimed);
        // And the whole former deposit is below what counts now, so a fresh voucher starts above it.
        refused(voucher(key, uint128(amount)));
        vm.assertEq(escrow.claim(voucher(key, uint128(amount) + 1)), 1);
    }

    // ── Signatures
    // ──────────────────────────────────────────────────────────────────────────────────────────────────

    function testFuzz_OnlyTheSignersVouchersCount(uint256 key) public {
        key = within(key, 1, ORDER - 1);
        vm.assume(key != PAYER_KEY);
        open(keyOf(1, 0), 100);
        refused(voucherBy(key, escrow.DOMAIN_SEPARATOR(), keyOf(1, 0), 10));
    }

    function testFuzz_AMutatedSignatureIsRefused(uint256 bit) public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        IEscrow.Claim memory it = voucher(key, 10);
        bit = bit % 512;
        if (bit < 256) it.r ^= bytes32(1 << bit);
        else it.vs ^= bytes32(1 << (bit - 256));
        refused(it);
    }

    function test_TheHighTwinOfASignatureIsRefused() public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        IEscrow.Claim memory it = voucher(key, 10);
        uint256 s = uint256(it.vs) & (type(uint256).max >> 1);
        uint256 parity = uint256(it.vs) >> 255;
        uint256 twin = ORDER - s;
        vm.assertTrue(twin > HALF_ORDER, "the twin is not high");
        // The twin has the other parity. Its s does not fit beside the parity bit, unless cut short.
        it.vs = bytes32((twin & (type(uint256).max >> 1)) | ((1 - parity) << 255));
        refused(it);
        it.vs = bytes32(twin);
        refused(it);
    }

    function test_AnEmptySignatureIsRefusedEvenForASignerNobodyHas() public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        IEscrow.Claim memory it = voucher(key, 10);
        (it.r, it.vs) = (0, 0);
        refused(it);
        it.key.signer = address(0);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.BadVoucherSignature.selector, idOf(it.key), address(0)));
        escrow.claim(it);
    }

    function test_AWalletThatChangesItsAnswerCannotSignVouchers() public {
        FickleWallet wallet = new FickleWallet();
        ChannelKey memory key = keyOf(1, 0);
        key.signer = address(wallet);
        open(key, 100);
        refused(voucher(key, 10));
        wallet.change();
        refused(voucher(key, 10));
    }

    function test_AContractWalletPaysThroughAPlainKey() public {
        FickleWallet wallet = new FickleWallet();
        token.mint(address(wallet), 100);
        wallet.approve(token, address(escrow));
        ChannelKey memory key = keyOf(1, 0);
        key.payer = address(wallet);
        wallet.execute(address(escrow), abi.encodeCall(escrow.deposit, (token, 100)));
        wallet.execute(address(escrow), abi.encodeCall(escrow.openChannel, (key, 100)));
        vm.assertEq(escrow.claim(voucher(key, 10)), 10);
    }

    function test_DirtyBitsOfAKeyOpenAndClaimNothing() public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        bytes memory data = abi.encodeCall(escrow.claim, (voucher(key, 10)));
        // Sets a bit above each field of the key that is narrower than its word.
        for (uint256 field; field < 6; ++field) {
            bytes memory dirty = bytes.concat(data);
            dirty[4 + 32 * field] = 0x01;
            (bool succeeded,) = address(escrow).call(dirty);
            vm.assertTrue(!succeeded, "a dirty key was taken");
        }
    }

    // ── Tokens
    // ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_ATokenThatTakesAFeeIsCreditedWithWhatArrived() public {
        FeeToken fee = new FeeToken();
        fee.mint(payer, 1000);
        vm.startPrank(payer);
        fee.approve(address(escrow), 1000);
        vm.assertEq(escrow.deposit(fee, 1000), 990);
        vm.assertEq(escrow.balanceOf(address(fee), payer), 990);
        escrow.withdraw(fee, 990, payer);
        vm.assertEq(fee.balanceOf(address(escrow)), 0);
    }

    function test_ATokenThatTakesMoreThanItSendsCannotTakeItFromOthers() public {
        SurchargeToken surcharge = new SurchargeToken();
        surcharge.mint(payer, 10_000);
        vm.startPrank(payer);
        surcharge.approve(address(escrow), 10_000);
        escrow.deposit(surcharge, 1000);
        escrow.depositFor(surcharge, payee, 1000);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.TokenTookMore.selector, address(surcharge), 1000, 1010));
        escrow.withdraw(surcharge, 1000, payer);
    }

    function test_ATokenThatLiesIsCreditedWithNothing() public {
        LyingToken liar = new LyingToken();
        liar.mint(payer, 1000);
        vm.expectPartialRevert(IEscrow.ZeroAmount.selector);
        vm.prank(payer);
        escrow.deposit(IERC20(address(liar)), 1000);
    }

    function test_ATokenThatReturnsNothingWorks() public {
        SilentToken silent = new SilentToken();
        silent.mint(payer, 1000);
        vm.startPrank(payer);
        escrow.deposit(IERC20(address(silent)), 1000);
        escrow.withdraw(IERC20(address(silent)), 1000, payee);
        vm.assertEq(silent.balanceOf(payee), 1000);
    }

    function test_AnAddressWithoutCodeIsNoToken() public {
        vm.expectRevert();
        vm.prank(payer);
        escrow.deposit(IERC20(address(0xDEAD)), 1000);
    }

    function test_ATokenThatCallsBackCannotHaveOneArrivalCountedTwice() public {
        CallingToken caller = new CallingToken();
        caller.mint(payer, 1000);
        caller.mint(address(caller), 1000);
        caller.approveFrom(payer, address(escrow));
        caller.approveFrom(address(caller), address(escrow));
        bytes[4] memory attempts = [
            abi.encodeCall(escrow.deposit, (caller, 500)),
            abi.encodeCall(escrow.depositFor, (caller, THIEF, 500)),
            abi.encodeCall(escrow.depositWithPermit, (caller, 500, START, 27, 0, 0)),
            abi.encodeCall(escrow.withdraw, (caller, 0, THIEF))
        ];
        for (uint256 i; i < attempts.length; ++i) {
            caller.callDuringTransfer(address(escrow), attempts[i]);
            vm.prank(payer);
            vm.assertEq(escrow.deposit(caller, 100), 100);
            vm.assertTrue(!caller.lastCallSucceeded(), "the escrow was entered twice");
            caller.callDuringTransfer(address(escrow), attempts[i]);
            vm.prank(payer);
            escrow.withdraw(caller, 50, payer);
            vm.assertTrue(!caller.lastCallSucceeded(), "the escrow was entered twice");
        }
        vm.assertEq(escrow.owed(address(caller)), 200);
        vm.assertEq(caller.balanceOf(address(escrow)), 200);
    }

    function test_ATokenThatCallsBackCannotSpendABalanceTwice() public {
        CallingToken caller = new CallingToken();
        caller.mint(payer, 100);
        caller.approveFrom(payer, address(escrow));
        vm.prank(payer);
        escrow.deposit(caller, 100);
        // While its withdrawal is under way, the payer's balance is already gone.
        ChannelKey memory key = keyOf(1, 0);
        (key.token, key.payer) = (address(caller), address(caller));
        caller.callDuringTransfer(address(escrow), abi.encodeCall(escrow.openChannel, (key, 100)));
        vm.prank(payer);
        escrow.withdraw(caller, 100, payer);
        vm.assertTrue(!caller.lastCallSucceeded(), "a balance was spent twice");
        vm.assertEq(escrow.owed(address(caller)), 0);
    }

    function test_OneTokensLiesDoNotTouchAnother() public {
        vm.prank(payer);
        escrow.deposit(token, 100);
        LyingToken liar = new LyingToken();
        liar.mint(address(escrow), 1e18);
        vm.expectRevert();
        vm.prank(THIEF);
        escrow.withdraw(IERC20(address(liar)), 1, THIEF);
        vm.assertEq(balance(payer), 100);
    }

    function test_TokensSentByMistakeBelongToNobody() public {
        vm.startPrank(payer);
        token.transfer(address(escrow), 500);
        escrow.deposit(token, 100);
        vm.assertEq(balance(payer), 100);
        vm.assertEq(escrow.owed(address(token)), 100);
    }

    // ── Other people's money
    // ────────────────────────────────────────────────────────────────────────────────────────

    function test_NobodyMovesABalanceThatIsNotTheirs() public {
        vm.prank(payer);
        escrow.deposit(token, 100);
        ChannelKey memory key = keyOf(1, 0);
        vm.startPrank(THIEF);
        bytes[3] memory attempts = [
            abi.encodeCall(escrow.withdraw, (token, 100, THIEF)),
            abi.encodeCall(escrow.openChannel, (key, 100)),
            abi.encodeCall(escrow.slash, (token, payer, 100, THIEF))
        ];
        for (uint256 i; i < attempts.length; ++i) {
            (bool succeeded,) = address(escrow).call(attempts[i]);
            vm.assertTrue(!succeeded, "a thief succeeded");
            bytes[] memory wrapped = new bytes[](1);
            wrapped[0] = attempts[i];
            (succeeded,) = address(escrow).call(abi.encodeCall(escrow.multicall, (wrapped)));
            vm.assertTrue(!succeeded, "a thief succeeded through multicall");
        }
        vm.assertEq(balance(payer), 100);
    }

    function test_ThePayerCannotTakeBackWhatWasClaimed() public {
        ChannelKey memory key = keyOf(1, 0);
        open(key, 100);
        vm.startPrank(payer);
        escrow.requestClose(key);
        vm.warp(vm.getBlockTimestamp() + escrow.CLOSE_DELAY());
        escrow.claim(voucher(key, 100));
        vm.assertEq(escrow.close(key), 0);
        vm.assertEq(maturing(payee), 100);
    }
}
