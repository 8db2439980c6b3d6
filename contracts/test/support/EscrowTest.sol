// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Escrow} from "../../src/Escrow.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {VOUCHER_TYPEHASH} from "../../src/generated/TypeHashes.sol";
import {ChannelKey} from "../../src/types/ChannelKey.sol";
import {Test} from "./Test.sol";
import {PlainToken} from "./Tokens.sol";

/// @dev An escrow, a payer whose vouchers its own key signs, and a payee that is a node.
abstract contract EscrowTest is Test {
    uint256 internal constant PAYER_KEY = 0x9A1E5;
    bytes32 internal constant RECEIPTS = keccak256("receipts");

    Escrow internal escrow;
    PlainToken internal token;
    address internal payer = vm.addr(PAYER_KEY);
    address internal payee = address(0xBEE);

    function deployEscrow() internal {
        deployNodes();
        escrow = new Escrow(nodes);
        token = new PlainToken();
        token.mint(payer, 1e30);
        vm.prank(payer);
        token.approve(address(escrow), type(uint256).max);
    }

    function keyOf(uint64 number, uint128 coverage) internal view returns (ChannelKey memory) {
        return ChannelKey(payer, payee, address(token), payer, coverage, number);
    }

    function idOf(ChannelKey memory key) internal pure returns (bytes32) {
        return keccak256(abi.encode(key));
    }

    /// @dev Opens a channel with `amount` that is deposited for it.
    function open(ChannelKey memory key, uint256 amount) internal returns (bytes32) {
        vm.startPrank(key.payer);
        escrow.deposit(IERC20(key.token), amount);
        bytes32 id = escrow.openChannel(key, amount);
        vm.stopPrank();
        return id;
    }

    function digestOf(bytes32 domain, bytes32 channel, uint128 amount) internal pure returns (bytes32) {
        bytes32 message = keccak256(abi.encode(VOUCHER_TYPEHASH, channel, amount, RECEIPTS));
        return keccak256(abi.encodePacked("\x19\x01", domain, message));
    }

    function voucher(ChannelKey memory key, uint128 amount) internal view returns (IEscrow.Claim memory) {
        return voucherBy(PAYER_KEY, escrow.DOMAIN_SEPARATOR(), key, amount);
    }

    function voucherBy(uint256 signerKey, bytes32 domain, ChannelKey memory key, uint128 amount)
        internal
        pure
        returns (IEscrow.Claim memory)
    {
        (bytes32 r, bytes32 vs) = vm.signCompact(signerKey, digestOf(domain, idOf(key), amount));
        return IEscrow.Claim(key, amount, RECEIPTS, r, vs);
    }

    function maturing(address account) internal view returns (uint256) {
        (uint256 older, uint256 newer,) = escrow.maturingOf(address(token), account);
        return older + newer;
    }

    function balance(address account) internal view returns (uint256) {
        return escrow.balanceOf(address(token), account);
    }
}
