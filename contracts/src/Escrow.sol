// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {VOUCHER_TYPEHASH} from "./generated/TypeHashes.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {INodes} from "./interfaces/INodes.sol";
import {ChannelKey} from "./types/ChannelKey.sol";
import {ChannelState} from "./types/ChannelState.sol";
import {Maturing} from "./types/Maturing.sol";

/// @title Escrow
/// @notice Documented in IEscrow.
contract Escrow is IEscrow, EIP712, Multicall, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    uint256 private constant COVERAGE_UNIT = 1e18;

    INodes public immutable nodes;
    uint48 public immutable WINDOW;
    uint48 public immutable CLOSE_DELAY;

    mapping(address token => uint256) public owed;
    mapping(address token => mapping(address account => uint256)) private _balances;
    mapping(address token => mapping(address account => Maturing)) private _maturing;
    mapping(address payee => Maturing) private _exposures;
    mapping(bytes32 channel => ChannelState) private _channels;
    mapping(bytes32 channel => uint256) public returnedOf;

    constructor(INodes nodes_) EIP712("Koinon", "1") {
        nodes = nodes_;
        WINDOW = nodes_.CHALLENGE_WINDOW();
        CLOSE_DELAY = 2 * WINDOW;
    }

    // ── Balances
    // ────────────────────────────────────────────────────────────────────────────────────────────────────

    function deposit(IERC20 token, uint256 amount) external returns (uint256) {
        return _deposit(token, msg.sender, amount);
    }

    function depositFor(IERC20 token, address account, uint256 amount) external returns (uint256) {
        return _deposit(token, account, amount);
    }

    function depositWithPermit(IERC20 token, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256)
    {
        // Whoever saw the permit in flight can use it up; the allowance it gave is then already there.
        try IERC20Permit(address(token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        return _deposit(token, msg.sender, amount);
    }

    function withdraw(IERC20 token, uint256 amount, address to) external nonReentrant {
        if (to == address(0)) revert ZeroAddress();
        _debit(address(token), msg.sender, amount);
        owed[address(token)] -= amount;
        emit Withdrawn(address(token), msg.sender, to, amount);
        uint256 before = token.balanceOf(address(this));
        token.safeTransfer(to, amount);
        uint256 left = token.balanceOf(address(this));
        // A fee on top of the amount would be paid by the other accounts.
        if (left + amount < before) revert TokenTookMore(address(token), amount, before - left);
    }

    function balanceOf(address token, address account) external view returns (uint256) {
        (, uint104 matured) = _maturing[token][account].rolled(_window());
        return _balances[token][account] + matured;
    }

    function maturingOf(address token, address account) external view returns (uint256, uint256, uint48) {
        uint48 current = _window();
        (Maturing claims,) = _maturing[token][account].rolled(current);
        return (claims.older(), claims.newer(), (current + 1) * WINDOW);
    }

    function exposureOf(address payee) external view returns (uint256) {
        (Maturing exposed,) = _exposures[payee].rolled(_window());
        return exposed.total();
    }

    /// @dev Measures what arrives. The guard keeps a token that calls back from having one arrival counted twice.
    function _deposit(IERC20 token, address account, uint256 amount) private nonReentrant returns (uint256 received) {
        if (account == address(0)) revert ZeroAddress();
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        received = token.balanceOf(address(this)) - before;
        if (received == 0) revert ZeroAmount();
        uint256 total = owed[address(token)];
        // Bounds every packed amount of this token, so that no later sum of claims can overflow.
        if (received > type(uint104).max - total) revert TooMuchOfToken(address(token), total, received);
        owed[address(token)] = total + received;
        _balances[address(token)][account] += received;
        emit Deposited(address(token), account, received);
    }

    function _debit(address token, address account, uint256 amount) private {
        uint256 balance = _balances[token][account];
        if (amount > balance) {
            balance += _mature(token, account);
            if (amount > balance) revert InsufficientBalance(token, account, amount, balance);
        }
        _balances[token][account] = balance - amount;
    }

    /// @dev Brings an account's maturing claims forward. The caller adds what matured to its balance.
    function _mature(address token, address account) private returns (uint256) {
        (Maturing claims, uint104 matured) = _maturing[token][account].rolled(_window());
        _maturing[token][account] = claims;
        return matured;
    }

    function _window() private view returns (uint48) {
        return uint48(block.timestamp / WINDOW);
    }

    // ── Channels
    // ────────────────────────────────────────────────────────────────────────────────────────────────────

    function channelId(ChannelKey calldata key) external pure returns (bytes32) {
        return key.id();
    }

    function channel(bytes32 id) external view returns (uint256, uint256, uint48) {
        ChannelState state = _channels[id];
        return (state.deposit(), state.claimed(), state.closesAt());
    }

    function openChannel(ChannelKey calldata key, uint256 amount) external returns (bytes32 id) {
        if (msg.sender != key.payer) revert NotAuthorized(msg.sender, key.payer);
        if (key.payee == address(0) || key.signer == address(0)) revert ZeroAddress();
        id = key.id();
        ChannelState state = _channels[id];
        if (state.held() != 0) revert ChannelOpen(id, state.held());
        _fund(id, state, key.token, amount);
        emit ChannelOpened(id, key.payer, key.payee, key, amount);
    }

    function topUp(ChannelKey calldata key, uint256 amount) external {
        bytes32 id = key.id();
        ChannelState state = _channels[id];
        if (state.deposit() == 0) revert ChannelUnknown(id);
        _fund(id, state, key.token, amount);
        emit ChannelToppedUp(id, amount);
    }

    function claim(Claim calldata voucher) external returns (uint256 amount) {
        (bytes32 id, ChannelState state) = _verified(voucher);
        (uint256 total, uint256 claimed) = (voucher.cumulativeAmount, state.claimed());
        if (total <= claimed) revert VoucherSpent(id, total, claimed);
        if (total > state.deposit()) revert VoucherExceedsDeposit(id, total, state.deposit());
        amount = total - claimed;
        _settle(id, state, total, amount, voucher.receiptsRoot);
        _credit(voucher.key.token, voucher.key.payee, amount, _exposure(voucher.key.coverage, amount));
    }

    function claimMany(Claim[] calldata vouchers) external returns (uint256 amount) {
        // A run is a stretch of vouchers with the same payee and token: its sums are written once.
        (address payee, address token, uint256 runAmount, uint256 runExposure) = (address(0), address(0), 0, 0);
        for (uint256 i; i < vouchers.length; ++i) {
            Claim calldata voucher = vouchers[i];
            if (voucher.key.payee != payee || voucher.key.token != token) {
                _credit(token, payee, runAmount, runExposure);
                (payee, token, runAmount, runExposure) = (voucher.key.payee, voucher.key.token, 0, 0);
            }
            (bytes32 id, ChannelState state) = _verified(voucher);
            (uint256 total, uint256 claimed) = (voucher.cumulativeAmount, state.claimed());
            if (total <= claimed || total > state.deposit()) continue;
            uint256 added = total - claimed;
            _settle(id, state, total, added, voucher.receiptsRoot);
            runAmount += added;
            runExposure += _exposure(voucher.key.coverage, added);
            amount += added;
        }
        _credit(token, payee, runAmount, runExposure);
    }

    function requestClose(ChannelKey calldata key) external {
        if (msg.sender != key.payer) revert NotAuthorized(msg.sender, key.payer);
        bytes32 id = key.id();
        ChannelState state = _channels[id];
        if (state.deposit() == 0) revert ChannelUnknown(id);
        if (state.closesAt() != 0) revert ChannelClosing(id, state.closesAt());
        uint48 closesAt = uint48(block.timestamp) + CLOSE_DELAY;
        _channels[id] = state.closing(closesAt);
        emit CloseRequested(id, closesAt);
    }

    function close(ChannelKey calldata key) external returns (uint256 refund) {
        bytes32 id = key.id();
        ChannelState state = _channels[id];
        if (state.deposit() == 0) revert ChannelUnknown(id);
        uint48 closesAt = state.closesAt();
        if (msg.sender != key.payee && (closesAt == 0 || block.timestamp < closesAt)) {
            revert ChannelNotDue(id, closesAt);
        }
        refund = state.held();
        _channels[id] = state.closed();
        returnedOf[id] += refund;
        _balances[key.token][key.payer] += refund;
        emit ChannelClosed(id, refund);
    }

    function _fund(bytes32 id, ChannelState state, address token, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        if (state.closesAt() != 0) revert ChannelClosing(id, state.closesAt());
        _debit(token, msg.sender, amount);
        _channels[id] = state.topped(amount.toUint104());
    }

    function _verified(Claim calldata voucher) private view returns (bytes32 id, ChannelState) {
        id = voucher.key.id();
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(VOUCHER_TYPEHASH, id, voucher.cumulativeAmount, voucher.receiptsRoot))
        );
        (address signer, ECDSA.RecoverError fault,) = ECDSA.tryRecover(digest, voucher.r, voucher.vs);
        if (signer != voucher.key.signer || fault != ECDSA.RecoverError.NoError) {
            revert BadVoucherSignature(id, voucher.key.signer);
        }
        return (id, _channels[id]);
    }

    /// @dev The caller has checked claimed < total <= deposit, so the total fits 104 bits.
    function _settle(bytes32 id, ChannelState state, uint256 total, uint256 amount, bytes32 receiptsRoot) private {
        _channels[id] = state.settled(uint104(total));
        emit Claimed(id, total, amount, receiptsRoot);
    }

    /// @dev Adds to a payee's maturing claims, and holds it to its free stake.
    function _credit(address token, address payee, uint256 amount, uint256 exposure) private {
        if (amount == 0) return;
        uint48 current = _window();
        (Maturing claims, uint104 matured) = _maturing[token][payee].rolled(current);
        _maturing[token][payee] = claims.plus(uint104(amount));
        if (matured != 0) _balances[token][payee] += matured;
        if (exposure == 0) return;
        (Maturing exposed,) = _exposures[payee].rolled(current);
        uint256 free = nodes.freeStake(payee);
        if (exposed.total() + exposure > free) revert StakeTooSmall(payee, exposed.total() + exposure, free);
        _exposures[payee] = exposed.plus(exposure.toUint104());
    }

    /// @dev Rounded up, so that many small claims are not covered by less than one large one.
    function _exposure(uint256 coverage, uint256 amount) private pure returns (uint256) {
        return (amount * coverage + COVERAGE_UNIT - 1) / COVERAGE_UNIT;
    }

    // ── Court
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function slash(IERC20 token, address payee, uint256 amount, address to) external returns (uint256 taken) {
        address court = nodes.court();
        if (msg.sender != court) revert NotAuthorized(msg.sender, court);
        if (to == address(0)) revert ZeroAddress();
        // What has matured by now is out of reach.
        _balances[address(token)][payee] += _mature(address(token), payee);
        Maturing claims = _maturing[address(token)][payee];
        taken = amount < claims.total() ? amount : claims.total();
        _maturing[address(token)][payee] = claims.minus(uint104(taken));
        _balances[address(token)][to] += taken;
        emit Slashed(address(token), payee, to, taken);
    }

    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }
}
