// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {INodes} from "./interfaces/INodes.sol";
import {LogState, newLogState} from "./types/LogState.sol";

/// @title Nodes
/// @notice Documented in INodes.
contract Nodes is INodes, EIP712 {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;
    using Checkpoints for Checkpoints.Trace208;

    uint256 public constant ANCHOR_RING = 2048;
    uint256 public constant PEER_ID_MAX = 64;
    uint256 public constant ANNOUNCEMENT_MAX = 1024;

    IERC20 public immutable koin;
    address public immutable governor;
    uint48 public immutable CHALLENGE_WINDOW;
    uint48 public immutable UNSTAKE_DELAY;
    uint48 public immutable COURT_DELAY;

    struct Description {
        uint48 registeredAt;
        uint16 roles;
        bytes32 metadata;
        bytes peerId;
    }

    address public court;
    address private _proposedCourt;
    uint48 private _courtEffectiveAt;

    address[] private _operators;
    mapping(address operator => LogState) private _logs;
    mapping(address operator => mapping(uint256 place => Anchor)) private _rings;
    mapping(address operator => Description) private _descriptions;
    mapping(address operator => Stake) private _stakes;
    mapping(address operator => Checkpoints.Trace208) private _stakeHistory;
    Checkpoints.Trace208 private _totalHistory;

    /// @param koin_ The staked token: takes no fee and calls nobody back, as KoinToken.
    /// @param governor_ May propose a court.
    /// @param challengeWindow Seconds, at least one.
    /// @param firstCourt In office from the start, zero for none: nobody has anything at stake yet, so nobody needs the
    /// time to leave. It may be a contract still to be created.
    constructor(IERC20 koin_, address governor_, uint48 challengeWindow, address firstCourt) EIP712("Koinon", "1") {
        if (address(koin_) == address(0)) revert ZeroAddress();
        if (challengeWindow == 0) revert ZeroAmount();
        koin = koin_;
        governor = governor_;
        CHALLENGE_WINDOW = challengeWindow;
        UNSTAKE_DELAY = 3 * challengeWindow;
        COURT_DELAY = 4 * challengeWindow;
        if (firstCourt != address(0)) {
            court = firstCourt;
            emit CourtChanged(firstCourt);
        }
    }

    modifier onlyCourt() {
        if (msg.sender != court) revert NotAuthorized(msg.sender, court);
        _;
    }

    // ── Registration
    // ────────────────────────────────────────────────────────────────────────────────────────────────

    function register(address owner, bytes calldata peerId, uint16 roles, bytes32 metadata) external {
        if (owner == address(0)) revert ZeroAddress();
        address present = _logs[msg.sender].owner();
        if (present != address(0)) revert OperatorTaken(msg.sender, present);
        _logs[msg.sender] = newLogState(owner);
        _operators.push(msg.sender);
        _descriptions[msg.sender].registeredAt = uint48(block.timestamp);
        _describe(msg.sender, peerId, roles, metadata);
        emit Registered(msg.sender, owner, peerId, roles, metadata);
    }

    function update(address operator, bytes calldata peerId, uint16 roles, bytes32 metadata) external {
        address owner = _ownerOf(operator);
        if (msg.sender != operator && msg.sender != owner) revert NotAuthorized(msg.sender, operator);
        _describe(operator, peerId, roles, metadata);
        emit Updated(operator, peerId, roles, metadata);
    }

    function announce(string calldata addresses) external {
        _ownerOf(msg.sender);
        uint256 length = bytes(addresses).length;
        if (length > ANNOUNCEMENT_MAX) revert BadLength(length, ANNOUNCEMENT_MAX);
        emit Announced(msg.sender, addresses);
    }

    function node(address operator) external view returns (Node memory) {
        Description storage it = _descriptions[operator];
        return Node(_ownerOf(operator), it.registeredAt, it.roles, it.metadata, it.peerId);
    }

    function operatorCount() external view returns (uint256) {
        return _operators.length;
    }

    function operators(uint256 from, uint256 max) external view returns (address[] memory page) {
        uint256 length = _operators.length;
        if (from >= length) return page;
        uint256 size = length - from < max ? length - from : max;
        page = new address[](size);
        for (uint256 i; i < size; ++i) {
            page[i] = _operators[from + i];
        }
    }

    function _describe(address operator, bytes calldata peerId, uint16 roles, bytes32 metadata) private {
        if (peerId.length == 0 || peerId.length > PEER_ID_MAX) revert BadLength(peerId.length, PEER_ID_MAX);
        Description storage it = _descriptions[operator];
        it.roles = roles;
        it.metadata = metadata;
        it.peerId = peerId;
    }

    function _ownerOf(address operator) private view returns (address owner) {
        owner = _logs[operator].owner();
        if (owner == address(0)) revert NotRegistered(operator);
    }

    // ── Stake
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function stake(address operator, uint256 amount) external {
        _stake(operator, amount);
    }

    function stakeWithPermit(address operator, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        // Whoever saw the permit in flight can use it up; the allowance it gave is then already there.
        try IERC20Permit(address(koin)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _stake(operator, amount);
    }

    function requestUnstake(address operator, uint256 amount) external {
        _onlyOwner(operator);
        if (amount == 0) revert ZeroAmount();
        Stake storage it = _stakes[operator];
        if (amount > it.active) revert InsufficientStake(operator, amount, it.active);
        it.unstaking += uint104(amount);
        it.withdrawableAt = uint48(block.timestamp) + UNSTAKE_DELAY;
        _setActive(operator, it.active - uint104(amount));
        emit UnstakeRequested(operator, amount, it.withdrawableAt);
    }

    function withdraw(address operator, address to) external returns (uint256 amount) {
        _onlyOwner(operator);
        if (to == address(0)) revert ZeroAddress();
        Stake storage it = _stakes[operator];
        if (it.withdrawableAt == 0 || block.timestamp < it.withdrawableAt) {
            revert NotWithdrawable(operator, it.withdrawableAt);
        }
        // The lien rests on active stake first, so only what exceeds it holds back what is leaving.
        uint256 heldBack = it.locked > it.active ? it.locked - it.active : 0;
        amount = it.unstaking - heldBack;
        if (amount == 0) revert InsufficientStake(operator, it.unstaking, 0);
        it.unstaking = uint104(heldBack);
        if (heldBack == 0) it.withdrawableAt = 0;
        emit Withdrawn(operator, to, amount);
        koin.safeTransfer(to, amount);
    }

    function lock(address operator, uint256 amount) external onlyCourt {
        Stake storage it = _stakes[operator];
        uint256 available = uint256(it.active) + it.unstaking - it.locked;
        if (amount > available) revert InsufficientStake(operator, amount, available);
        it.locked += uint104(amount);
        emit Locked(operator, amount);
    }

    function unlock(address operator, uint256 amount) external onlyCourt {
        _unlock(operator, amount);
        emit Unlocked(operator, amount);
    }

    function slash(address operator, uint256 amount, address to) external onlyCourt {
        if (to == address(0)) revert ZeroAddress();
        _unlock(operator, amount);
        Stake storage it = _stakes[operator];
        uint104 fromActive = amount < it.active ? uint104(amount) : it.active;
        it.unstaking -= uint104(amount) - fromActive;
        _setActive(operator, it.active - fromActive);
        emit Slashed(operator, to, amount);
        koin.safeTransfer(to, amount);
    }

    function stakeOf(address operator) external view returns (Stake memory) {
        return _stakes[operator];
    }

    function freeStake(address operator) external view returns (uint256) {
        Stake storage it = _stakes[operator];
        (uint104 active, uint104 locked) = (it.active, it.locked);
        return active > locked ? active - locked : 0;
    }

    function stakeAt(address operator, uint256 blockNumber) external view returns (uint256) {
        return _stakeHistory[operator].upperLookupRecent(_past(blockNumber));
    }

    function totalStakeAt(uint256 blockNumber) external view returns (uint256) {
        return _totalHistory.upperLookupRecent(_past(blockNumber));
    }

    function _stake(address operator, uint256 amount) private {
        _ownerOf(operator);
        if (amount == 0) revert ZeroAmount();
        _setActive(operator, _stakes[operator].active + amount.toUint104());
        emit Staked(operator, msg.sender, amount);
        koin.safeTransferFrom(msg.sender, address(this), amount);
    }

    function _unlock(address operator, uint256 amount) private {
        Stake storage it = _stakes[operator];
        if (amount > it.locked) revert InsufficientStake(operator, amount, it.locked);
        it.locked -= uint104(amount);
    }

    function _setActive(address operator, uint104 active) private {
        uint208 total = _totalHistory.latest() + active - _stakes[operator].active;
        _stakes[operator].active = active;
        _stakeHistory[operator].push(uint48(block.number), active);
        _totalHistory.push(uint48(block.number), total);
    }

    function _onlyOwner(address operator) private view {
        address owner = _ownerOf(operator);
        if (msg.sender != owner) revert NotAuthorized(msg.sender, owner);
    }

    function _past(uint256 blockNumber) private view returns (uint48) {
        if (blockNumber >= block.number) revert BlockNotOver(blockNumber, block.number);
        return uint48(blockNumber);
    }

    // ── Logs
    // ────────────────────────────────────────────────────────────────────────────────────────────────────────

    function anchor(uint64 size, bytes32 root) external {
        LogState log = _logs[msg.sender];
        if (log.owner() == address(0)) revert NotRegistered(msg.sender);
        uint256 count = log.count();
        if (count != 0 && size <= log.size()) {
            if (size < log.size()) revert LogShrank(msg.sender, size, log.size());
            bytes32 anchoredRoot = _rings[msg.sender][(count - 1) % ANCHOR_RING].root;
            if (root != anchoredRoot) revert LogForked(msg.sender, size, root, anchoredRoot);
        } else {
            Anchor storage place = _rings[msg.sender][count % ANCHOR_RING];
            uint48 freeAt = place.anchoredAt + CHALLENGE_WINDOW;
            if (count >= ANCHOR_RING && block.timestamp < freeAt) revert AnchoredTooOften(msg.sender, freeAt);
            _logs[msg.sender] = log.advanced(size);
            place.root = root;
            (place.size, place.anchoredAt) = (size, uint48(block.timestamp));
            (place.blockNumber, place.sizeBefore) = (uint48(block.number), log.size());
        }
        emit Anchored(msg.sender, size, root);
    }

    function head(address operator) external view returns (Anchor memory newest) {
        uint256 count = _logs[operator].count();
        if (count != 0) newest = _rings[operator][(count - 1) % ANCHOR_RING];
    }

    function anchorCount(address operator) external view returns (uint256) {
        return _logs[operator].count();
    }

    function anchorAt(address operator, uint256 index) external view returns (Anchor memory) {
        uint256 count = _logs[operator].count();
        if (index >= count || index + ANCHOR_RING < count) revert AnchorGone(operator, index);
        return _rings[operator][index % ANCHOR_RING];
    }

    // ── Court
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function proposeCourt(address court_) external {
        if (msg.sender != governor) revert NotAuthorized(msg.sender, governor);
        _proposedCourt = court_;
        _courtEffectiveAt = uint48(block.timestamp) + COURT_DELAY;
        emit CourtProposed(court_, _courtEffectiveAt);
    }

    function acceptCourt() external {
        uint48 effectiveAt = _courtEffectiveAt;
        if (effectiveAt == 0 || block.timestamp < effectiveAt) revert CourtNotDue(effectiveAt);
        court = _proposedCourt;
        delete _proposedCourt;
        delete _courtEffectiveAt;
        emit CourtChanged(court);
    }

    function proposedCourt() external view returns (address court_, uint48 effectiveAt) {
        return (_proposedCourt, _courtEffectiveAt);
    }

    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }
}
