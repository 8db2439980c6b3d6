// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ChannelKey} from "../types/ChannelKey.sol";
import {INodes} from "./INodes.sol";

/// @title Escrow: balances, and channels paid by voucher.
/// @notice Jobs move numbers in here, not tokens. A payer opens a channel to a payee once and then signs vouchers off
/// chain, each with the running total; the payee claims the newest whenever it likes, many channels in one transaction.
///
/// Money is in one of three places, and their sum over all accounts is `owed(token)`, which the contract's token
/// balance covers for every token that keeps to ERC-20:
///
///     deposit ──► balance ──► channel ──claim──► maturing ──two windows──► balance
/// ──► withdraw
///                    ▲            │                  │
///                    └───close────┘                  └── slash, by the court only
///
/// A token that takes a fee is credited with what arrived. A token that lies harms nobody but its own holders.
///
/// Nobody but the account itself moves its balance, nothing can stop it from withdrawing, and only the court touches
/// what is still maturing.
///
/// Vouchers are checked by ecrecover with s in the lower half, against a key that the channel's id pins: a contract
/// wallet could change its answer after the work is done.
interface IEscrow {
    /// @notice A voucher with the channel it is for and its signature.
    /// @param key The channel.
    /// @param cumulativeAmount Everything ever paid through the channel, base units of its token.
    /// @param receiptsRoot RFC 6962 root over the receipts this total pays for.
    /// @param r First word of the signature over Voucher(bytes32 channel,uint128 cumulativeAmount,bytes32
    /// receiptsRoot), domain {name "Koinon", version "1", chainId, this contract}, by `key.signer`.
    /// @param vs Second word, ERC-2098: s with the parity of y in its highest bit.
    struct Claim {
        ChannelKey key;
        uint128 cumulativeAmount;
        bytes32 receiptsRoot;
        bytes32 r;
        bytes32 vs;
    }

    /// @notice `account` was credited with `amount`, which is what arrived.
    event Deposited(address indexed token, address indexed account, uint256 amount);
    event Withdrawn(address indexed token, address indexed account, address indexed to, uint256 amount);
    event ChannelOpened(
        bytes32 indexed channel, address indexed payer, address indexed payee, ChannelKey key, uint256 amount
    );
    event ChannelToppedUp(bytes32 indexed channel, uint256 amount);
    event Claimed(bytes32 indexed channel, uint256 cumulativeAmount, uint256 amount, bytes32 receiptsRoot);
    event CloseRequested(bytes32 indexed channel, uint48 closesAt);
    event ChannelClosed(bytes32 indexed channel, uint256 refund);
    event Slashed(address indexed token, address indexed payee, address indexed to, uint256 amount);

    /// @notice More was asked for than the account has here.
    error InsufficientBalance(address token, address account, uint256 asked, uint256 available);
    /// @notice One token's amounts are packed into 104 bits; this would exceed them.
    error TooMuchOfToken(address token, uint256 owed, uint256 received);
    /// @notice The token took more from this contract than it was asked to send.
    error TokenTookMore(address token, uint256 amount, uint256 taken);
    error ZeroAmount();
    error ZeroAddress();
    /// @notice The caller is not who the function is for.
    error NotAuthorized(address caller, address expected);
    /// @notice The channel is open: top it up instead.
    error ChannelOpen(bytes32 channel, uint256 held);
    /// @notice The channel was never opened.
    error ChannelUnknown(bytes32 channel);
    /// @notice The payer has asked to close the channel.
    error ChannelClosing(bytes32 channel, uint48 closesAt);
    /// @notice It can be closed by the payer from `closesAt`; zero when closing was not asked for.
    error ChannelNotDue(bytes32 channel, uint48 closesAt);
    /// @notice The voucher's signature is not by the channel's signer.
    error BadVoucherSignature(bytes32 channel, address signer);
    /// @notice The voucher brings nothing: as much has been claimed, or the channel was closed since.
    error VoucherSpent(bytes32 channel, uint256 cumulativeAmount, uint256 claimed);
    /// @notice The channel never held as much as the voucher promises.
    error VoucherExceedsDeposit(bytes32 channel, uint256 cumulativeAmount, uint256 deposit);
    /// @notice The payee's free stake does not cover what it would have maturing. Stake more, or wait.
    error StakeTooSmall(address payee, uint256 exposure, uint256 freeStake);

    // ── Balances
    // ────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Credits the caller with what arrives of `amount`. Assumes an allowance. Returns the credit.
    function deposit(IERC20 token, uint256 amount) external returns (uint256 received);

    /// @notice Same, credited to `account`.
    function depositFor(IERC20 token, address account, uint256 amount) external returns (uint256 received);

    /// @notice Same as deposit, with an ERC-2612 permit of the caller. A permit already used is not an error if the
    /// allowance is there.
    function depositWithPermit(IERC20 token, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 received);

    /// @notice Sends `amount` of the caller's balance, matured claims included, to `to`.
    function withdraw(IERC20 token, uint256 amount, address to) external;

    /// @notice What `account` can spend or withdraw now, matured claims included.
    function balanceOf(address token, address account) external view returns (uint256);

    /// @notice What `account` has claimed and can still lose: `older` until `olderMaturesAt`, `newer` one WINDOW
    /// longer.
    function maturingOf(address token, address account)
        external
        view
        returns (uint256 older, uint256 newer, uint48 olderMaturesAt);

    /// @notice KOIN of free stake that a payee's maturing claims with coverage ask for.
    function exposureOf(address payee) external view returns (uint256);

    /// @notice Sum of all balances, channels and maturing claims in `token`.
    function owed(address token) external view returns (uint256);

    // ── Channels
    // ────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice keccak256(abi.encode(key)).
    function channelId(ChannelKey calldata key) external pure returns (bytes32);

    /// @notice `deposited`: everything ever put in. `claimed`: vouchers up to here are worthless. The channel holds the
    /// difference. `closesAt`: zero unless the payer asked to close.
    function channel(bytes32 id) external view returns (uint256 deposited, uint256 claimed, uint48 closesAt);

    /// @notice What closing has ever given back to the payer. `claimed` counts it as claimed, so the payee was paid
    /// `claimed - returnedOf`.
    function returnedOf(bytes32 id) external view returns (uint256);

    /// @notice Moves `amount` of the caller's balance into a channel of which it is the payer. Returns the channel's
    /// id. @dev A closed channel can be opened again; its vouchers then start from what was deposited before.
    /// Reverts: NotAuthorized, ChannelOpen (something is in it), ChannelClosing, InsufficientBalance, ZeroAddress.
    function openChannel(ChannelKey calldata key, uint256 amount) external returns (bytes32 id);

    /// @notice Moves `amount` of the caller's balance into an open channel. Anybody may; what is left goes to the
    /// payer.
    function topUp(ChannelKey calldata key, uint256 amount) external;

    /// @notice Moves what a voucher adds from the channel to the payee's maturing claims. Anybody may.
    /// @dev Also while the channel is closing. With coverage: exposure ROUNDED UP must not exceed the payee's free
    /// stake. Reverts: VoucherSpent, VoucherExceedsDeposit, BadVoucherSignature, StakeTooSmall.
    function claim(Claim calldata voucher) external returns (uint256 amount);

    /// @notice Same for many. Vouchers that bring nothing or exceed their deposit are skipped, so that nobody can spoil
    /// a batch by claiming one of it first. Cheapest with the same payee and token in a row.
    /// Reverts: BadVoucherSignature, StakeTooSmall.
    function claimMany(Claim[] calldata vouchers) external returns (uint256 amount);

    /// @notice Announces that the payer wants its money back. Payer only. From now on the payee should stop working and
    /// has CLOSE_DELAY to claim.
    function requestClose(ChannelKey calldata key) external;

    /// @notice Returns what is left to the payer's balance. The payee may at any time, anybody from closesAt on.
    /// @dev Afterwards every voucher that could ever have been claimed is worthless, also if the channel is opened
    /// again.
    function close(ChannelKey calldata key) external returns (uint256 refund);

    // ── Court
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Moves up to `amount` of a payee's maturing claims to the balance of `to`; returns how much it was. Court
    /// only. A court holds what is in dispute in its own balance until it has decided.
    function slash(IERC20 token, address payee, uint256 amount, address to) external returns (uint256 taken);

    // ── Constants
    // ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Names the court in office and the free stake of payees.
    function nodes() external view returns (INodes);

    /// @notice Length of one maturing window, seconds: the challenge window. A claim matures when the second window
    /// after its own begins, so after more than one and at most two.
    function WINDOW() external view returns (uint48);

    /// @notice From asking to close to closing, seconds. A payee that claims at least twice in it loses nothing.
    function CLOSE_DELAY() external view returns (uint48);

    /// @notice EIP-712 domain separator of vouchers.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}
