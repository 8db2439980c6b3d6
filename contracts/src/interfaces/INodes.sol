// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Nodes: who takes part, what they have at stake, and what they have signed.
/// @notice A node is one secp256k1 key, its *operator*: wallet, libp2p peer id and signature in one. The *owner* that
/// the operator names at registration is cold, and only it can take stake out. An operator belongs to one node for
/// ever.
/// All stake is KOIN, in base units. All times are unix seconds. Evidence (orders, receipts, log heads, audit reports)
/// is signed under this contract's EIP-712 domain {name "Koinon", version "1"}, whatever court is in office.
///
/// Who may do what: the operator registers and anchors; operator or owner describe the node; the owner alone unstakes;
/// the court alone locks, unlocks and slashes; the governor alone proposes a court, which takes office after
/// COURT_DELAY, so whoever does not want it has had the time to leave with everything. The first court may be in office
/// from the start, when there is nothing to leave with: whoever joins can read it. There is no other privilege.
interface INodes {
    // ── Registration
    // ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice One node.
    /// @param owner Takes stake out.
    /// @param registeredAt When it registered.
    /// @param roles Bit mask: 1 custody, 2 provide, 4 audit, 8 evaluate, 16 gateway. Bits above are for later roles.
    /// @param metadata sha-256 digest of the node's description, zero for none.
    /// @param peerId libp2p peer id, binary multihash. It is the node's word; the handshake proves it.
    struct Node {
        address owner;
        uint48 registeredAt;
        uint16 roles;
        bytes32 metadata;
        bytes peerId;
    }

    event Registered(address indexed operator, address indexed owner, bytes peerId, uint16 roles, bytes32 metadata);
    event Updated(address indexed operator, bytes peerId, uint16 roles, bytes32 metadata);
    event Announced(address indexed operator, string addresses);

    /// @notice This key already belongs to a node.
    error OperatorTaken(address operator, address owner);
    /// @notice No node has this operator.
    error NotRegistered(address operator);
    /// @notice The caller is neither what the function asks for nor allowed to act for it.
    error NotAuthorized(address caller, address expected);
    /// @notice An address that must be given is zero.
    error ZeroAddress();
    /// @notice A peer id has 1 to PEER_ID_MAX bytes, an announcement up to ANNOUNCEMENT_MAX.
    error BadLength(uint256 length, uint256 max);

    /// @notice Registers the caller as the operator of a new node.
    /// @dev The caller's own transaction proves the key, so nobody can register somebody else's.
    /// Reverts: OperatorTaken, ZeroAddress (owner), BadLength (peerId).
    function register(address owner, bytes calldata peerId, uint16 roles, bytes32 metadata) external;

    /// @notice Replaces peer id, roles and metadata of a node. Operator or owner only.
    function update(address operator, bytes calldata peerId, uint16 roles, bytes32 metadata) external;

    /// @notice Tells under which multiaddrs (comma-separated) the calling operator can be reached. An event only.
    function announce(string calldata addresses) external;

    /// @notice The node of `operator`. Reverts: NotRegistered.
    function node(address operator) external view returns (Node memory);

    /// @notice Number of nodes ever registered; none leaves the list.
    function operatorCount() external view returns (uint256);

    /// @notice Operators in order of registration: those at [from, from + max) that exist.
    function operators(uint256 from, uint256 max) external view returns (address[] memory);

    // ── Stake
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Stake of one node. `active + unstaking` is what the contract holds for it; `locked <= active +
    /// unstaking`. @param active Counts in stakeAt and gives assurance, less what is locked.
    /// @param locked Held by open disputes: a lien on both, active first. It can be slashed, and cannot be withdrawn.
    /// @param unstaking On its way out. Can still be locked and slashed, gives no assurance, counts nowhere.
    /// @param withdrawableAt From when `unstaking` can be withdrawn; zero when there is none.
    struct Stake {
        uint104 active;
        uint104 locked;
        uint48 withdrawableAt;
        uint104 unstaking;
    }

    event Staked(address indexed operator, address indexed from, uint256 amount);
    event UnstakeRequested(address indexed operator, uint256 amount, uint48 withdrawableAt);
    event Withdrawn(address indexed operator, address indexed to, uint256 amount);
    event Locked(address indexed operator, uint256 amount);
    event Unlocked(address indexed operator, uint256 amount);
    event Slashed(address indexed operator, address indexed to, uint256 amount);

    /// @notice More was asked for than there is.
    error InsufficientStake(address operator, uint256 asked, uint256 available);
    /// @notice The delay has not passed, or nothing is being unstaked (withdrawableAt zero).
    error NotWithdrawable(address operator, uint48 withdrawableAt);
    /// @notice An amount that must not be zero is.
    error ZeroAmount();
    /// @notice The stake at a block is known once the block is over.
    error BlockNotOver(uint256 blockNumber, uint256 current);

    /// @notice Adds `amount` of the caller's KOIN to a node's active stake. Anybody may; it becomes the owner's.
    /// @dev Assumes an allowance to this contract.
    function stake(address operator, uint256 amount) external;

    /// @notice Same, with an ERC-2612 permit of the caller. A permit already used is not an error if the allowance is
    /// there.
    function stakeWithPermit(address operator, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Takes `amount` out of active stake; withdrawable UNSTAKE_DELAY later. Owner only.
    /// @dev A second request while one runs adds to it and starts its delay again.
    function requestUnstake(address operator, uint256 amount) external;

    /// @notice Pays out what has been unstaked and is not locked; the rest stays until it is unlocked. Owner only.
    function withdraw(address operator, address to) external returns (uint256 amount);

    /// @notice Holds `amount` of a node's stake for a dispute. Court only. Reverts: InsufficientStake.
    function lock(address operator, uint256 amount) external;

    /// @notice Ends the hold on `amount`. Court only. Reverts: InsufficientStake beyond what is locked.
    function unlock(address operator, uint256 amount) external;

    /// @notice Takes `amount` of what is locked, active stake first, and sends it to `to`. Court only.
    function slash(address operator, uint256 amount, address to) external;

    function stakeOf(address operator) external view returns (Stake memory);

    /// @notice What gives assurance now: active stake less what is locked. Zero for unknown nodes.
    function freeStake(address operator) external view returns (uint256);

    /// @notice Active stake at the end of a past block. Reverts: BlockNotOver.
    function stakeAt(address operator, uint256 blockNumber) external view returns (uint256);

    /// @notice Sum of active stake over all nodes at the end of a past block. Reverts: BlockNotOver.
    function totalStakeAt(uint256 blockNumber) external view returns (uint256);

    // ── Logs
    // ────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice A log as it stood: RFC 6962 tree head and where it was anchored.
    /// @param sizeBefore Leaves at the anchor before, so that this one was the first to hold the entries from there to
    /// `size`, whether or not the one before can still be read.
    struct Anchor {
        bytes32 root;
        uint64 size;
        uint48 anchoredAt;
        uint48 blockNumber;
        uint64 sizeBefore;
    }

    event Anchored(address indexed operator, uint64 size, bytes32 root);

    /// @notice A log never shrinks.
    error LogShrank(address operator, uint64 size, uint64 anchoredSize);
    /// @notice One size, one root: the log was rewritten.
    error LogForked(address operator, uint64 size, bytes32 root, bytes32 anchoredRoot);
    /// @notice The ring is full of roots that must stay readable; wait until the oldest leaves the challenge window.
    error AnchoredTooOften(address operator, uint48 freeAt);
    /// @notice Anchor `index` was never made, or its place in the ring has been taken.
    error AnchorGone(address operator, uint256 index);

    /// @notice Anchors the caller's log at `size` leaves with RFC 6962 root `root`. Operators only.
    /// @dev The newest ANCHOR_RING anchors are kept, and none is overwritten within CHALLENGE_WINDOW of its making:
    /// enough for one every five minutes in a window of a week.
    /// The same size with the same root is accepted, costs no slot and says only that the node is alive.
    /// Reverts: NotRegistered, LogShrank, LogForked, AnchoredTooOften.
    function anchor(uint64 size, bytes32 root) external;

    /// @notice Newest anchor of a node; all zero when there is none.
    function head(address operator) external view returns (Anchor memory);

    /// @notice Number of anchors a node ever made; the newest has index anchorCount - 1.
    function anchorCount(address operator) external view returns (uint256);

    /// @notice Anchor `index` of a node, counted from its first. Reverts: AnchorGone.
    function anchorAt(address operator, uint256 index) external view returns (Anchor memory);

    // ── Court
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    event CourtProposed(address indexed court, uint48 effectiveAt);
    event CourtChanged(address indexed court);

    /// @notice The proposed court takes office no earlier than `effectiveAt`; zero when none is proposed.
    error CourtNotDue(uint48 effectiveAt);

    /// @notice Proposes a court; the zero address proposes to have none. Governor only. Replaces an earlier proposal
    /// and starts the delay again.
    function proposeCourt(address court_) external;

    /// @notice Puts the proposed court in office once COURT_DELAY has passed. Anybody may. Reverts: CourtNotDue.
    function acceptCourt() external;

    /// @notice The court in office; zero while there is none.
    function court() external view returns (address);

    /// @notice The court proposed and from when it can take office; zero when none is.
    function proposedCourt() external view returns (address court_, uint48 effectiveAt);

    /// @notice May propose a court, and nothing else: a timelock or the houses' governor on a real network.
    function governor() external view returns (address);

    // ── Constants
    // ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice For how long evidence against what was claimed or anchored is heard, seconds.
    function CHALLENGE_WINDOW() external view returns (uint48);

    /// @notice From asking to withdrawing, seconds: three challenge windows. A claim matures within two, so whoever
    /// claimed on the strength of a stake can still lose it for as long as the claim can be disputed.
    function UNSTAKE_DELAY() external view returns (uint48);

    /// @notice From proposing a court to its taking office, seconds: one challenge window more than UNSTAKE_DELAY.
    function COURT_DELAY() external view returns (uint48);

    /// @notice How many anchors of a node are kept.
    function ANCHOR_RING() external view returns (uint256);

    /// @notice EIP-712 domain separator of evidence.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}
