// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {VOUCHER_TYPEHASH} from "../generated/TypeHashes.sol";
import {Digests} from "../libraries/Digests.sol";
import {Rfc6962} from "../libraries/Rfc6962.sol";
import {ChannelKey} from "../types/ChannelKey.sol";
import {Maturing} from "../types/Maturing.sol";
import {Order, Receipt, Signature} from "../types/Statements.sol";
import {CourtBase} from "./CourtBase.sol";

/// @dev Where the money goes. Claims that the court took out of maturing stay in its Escrow balance until they are paid
/// out, so this contract itself only ever holds KOIN, and a token that misbehaves only harms who is paid in it.
abstract contract CourtMoney is CourtBase {
    using Digests for *;

    /// @dev Nobody has its key. Not every token can be sent to the zero address.
    address private constant NOBODY = 0x000000000000000000000000000000000000dEaD;

    // ── Refunds
    // ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function refund(
        Receipt calldata receipt,
        Order calldata order,
        ChannelKey calldata key,
        uint128 cumulativeAmount,
        bytes32 receiptsRoot,
        Signature calldata voucherSignature,
        uint256 index,
        uint256 size,
        bytes32[] calldata path
    ) external {
        bytes32 digest = receipt.hash(_domain());
        _requireChannel(digest, receipt, order, key);
        _requireVoucher(key, cumulativeAmount, receiptsRoot, voucherSignature);
        if (Rfc6962.rootFromInclusion(Rfc6962.leafHash(digest), index, size, path) != receiptsRoot) {
            revert EvidenceMismatch("receipts");
        }
        _refund(digest, key, receipt.amount, cumulativeAmount);
    }

    /// @dev That the receipt was convicted, and that this channel is the one to pay for it.
    function _requireChannel(bytes32 digest, Receipt calldata receipt, Order calldata order, ChannelKey calldata key)
        private
        view
    {
        Finding memory it = _findings[digest];
        if (it.ground == Ground.None || it.isPlanted) revert NoContradiction();
        _requireOrder(order, receipt);
        if (order.channel != key.id() || key.payee != receipt.provider || key.token != receipt.token) {
            revert EvidenceMismatch("channel");
        }
    }

    function _requireVoucher(
        ChannelKey calldata key,
        uint128 cumulativeAmount,
        bytes32 receiptsRoot,
        Signature calldata signature
    ) private view {
        bytes32 message = keccak256(abi.encode(VOUCHER_TYPEHASH, key.id(), cumulativeAmount, receiptsRoot));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", _escrow.DOMAIN_SEPARATOR(), message));
        digest.requireSigned(signature, key.signer);
    }

    /// @dev Never more than the receipt says, nor more than ever left the channel for its payee.
    function _refund(bytes32 receipt, ChannelKey calldata key, uint256 price, uint256 cumulativeAmount) private {
        bytes32 channel = key.id();
        (, uint256 claimed,) = _escrow.channel(channel);
        _must(cumulativeAmount <= claimed, "voucher not claimed");
        uint256 left = claimed - _escrow.returnedOf(channel) - _refundedFrom[channel];
        uint256 due = price - _refundedOf[receipt];
        uint256 amount = _takeClaims(receipt, key.token, key.payee, due < left ? due : left);
        if (amount == 0) revert ZeroAmount();
        _refundedOf[receipt] += amount;
        _refundedFrom[channel] += amount;
        _claimsOwed[key.token][key.payer] += amount;
        emit Refunded(receipt, key.payer, key.token, amount);
    }

    /// @dev From what was frozen for this receipt, then from what matures, then from what was given back and matures.
    function _takeClaims(bytes32 receipt, address token, address payee, uint256 amount)
        private
        returns (uint256 taken)
    {
        Case storage it = _cases[receipt];
        uint104 frozen = it.frozen;
        taken = amount < frozen ? amount : frozen;
        if (taken != 0) it.frozen = frozen - uint104(taken);
        if (taken < amount && _isInOffice()) {
            taken += _takeMaturing(token, payee, amount - taken);
        }
        if (taken < amount) {
            Maturing claims = _roll(token, payee);
            uint256 rest = amount - taken;
            if (rest > claims.total()) rest = claims.total();
            _returned[token][payee] = claims.minus(uint104(rest));
            taken += rest;
        }
    }

    function sweep(bytes32 receipt) external {
        Case storage it = _cases[receipt];
        (uint256 frozen, uint256 closedAt) = (it.frozen, it.at);
        if (frozen == 0 || it.open != 0) revert Unknown(receipt);
        if (block.timestamp < closedAt + _evidenceWindow) revert NotNow(closedAt + _evidenceWindow, type(uint256).max);
        it.frozen = 0;
        address token = _frozenTokens[receipt];
        emit Swept(receipt, token, frozen);
        if (token == address(_koin)) {
            _burnable += frozen;
            _send(token, frozen, address(this));
        } else {
            _send(token, frozen, NOBODY);
        }
    }

    // ── Paying out
    // ──────────────────────────────────────────────────────────────────────────────────────────────────

    function owed(address token, address account) external view returns (uint256) {
        (, uint104 matured) = _returned[token][account].rolled(_window());
        uint256 koin = token == address(_koin) ? _koinOwed[account] : 0;
        return koin + _claimsOwed[token][account] + matured;
    }

    /// @dev Everything is written before anything is sent: a token that calls back finds nothing left.
    function withdraw(IERC20 token) external returns (uint256 amount) {
        _roll(address(token), msg.sender);
        uint256 claims = _claimsOwed[address(token)][msg.sender];
        _claimsOwed[address(token)][msg.sender] = 0;
        uint256 koin;
        if (address(token) == address(_koin)) {
            koin = _koinOwed[msg.sender];
            _koinOwed[msg.sender] = 0;
        }
        amount = koin + claims;
        if (amount == 0) revert ZeroAmount();
        emit Withdrawn(address(token), msg.sender, amount);
        // forge-lint: disable-next-line(erc20-unchecked-transfer)
        if (koin != 0) _koin.transfer(msg.sender, koin);
        if (claims != 0) _send(address(token), claims, msg.sender);
    }

    function _send(address token, uint256 amount, address to) private {
        _escrow.withdraw(IERC20(token), amount, to);
    }

    function enforce(address accused, bytes32 id) external {
        if (!_enforce(accused, id)) revert Unknown(id);
        _burnAll();
    }

    function burn() external {
        if (_burnable == 0) revert ZeroAmount();
        _burnAll();
    }

    function _burnAll() private {
        uint256 amount = _burnable;
        if (amount == 0) return;
        _burnable = 0;
        _koin.burn(amount);
        emit Burned(amount);
    }
}
