// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Datasets: who owns which data, who keeps it, and how much of its privacy has been spent.
/// @notice A dataset is an ERC-721. Its bytes stay with the *custodian*, a node; here stand the digests that name them
/// and the one number that must not be kept in private: the privacy budget, in micro-rho of zero-concentrated
/// differential privacy.
///
/// The owner gives permission off chain by signing a *grant* under this contract's EIP-712 domain. The custodian
/// shows the grant here when it reserves budget for an order, and spends or releases the reservation when the job has
/// ended. Selling a dataset, or transferring it in any way, ends every grant given before.
///
/// A grant stays valid after it was given, so it is signed by a plain key and checked by ecrecover: a dataset held by
/// a contract wallet can be revoked, described and sold, but cannot give grants.
interface IDatasets {
    /// @notice One dataset.
    /// @param owner Signs grants.
    /// @param custodian The node (its operator) that holds the bytes, and alone reserves, spends and releases budget.
    /// @param epoch Grants name it; it grows with every transfer and every revokeAll.
    /// @param contentRoot Merkle root of the content; changed content is another dataset.
    /// @param policyDigest sha-256 digest of the policy in force.
    /// @param capMicroRho Most that may ever be spent. Fixed: a cap that could be raised would be none.
    /// @param spentMicroRho Spent by jobs whose outputs left.
    /// @param reservedMicroRho Set aside for jobs that run.
    struct Dataset {
        address owner;
        address custodian;
        uint64 epoch;
        bytes32 contentRoot;
        bytes32 policyDigest;
        uint64 capMicroRho;
        uint64 spentMicroRho;
        uint64 reservedMicroRho;
    }

    /// @notice A data owner's permission. See packages/protocol for the meaning of each field; here are checked:
    /// @param dataset Its id.
    /// @param epoch Must be the dataset's present one.
    /// @param policy Must be the policy in force.
    /// @param microRho Most that one use may reserve.
    /// @param uses How many orders may reserve under it.
    /// @param validFrom First second at which it is valid.
    /// @param expiresAt First second at which it is not any more.
    struct Grant {
        uint256 dataset;
        uint64 epoch;
        address requester;
        bytes32 terms;
        bytes32 purpose;
        bytes32 policy;
        address token;
        uint128 amount;
        uint64 bits;
        uint64 microRho;
        uint32 uses;
        address auditor;
        uint64 validFrom;
        uint64 expiresAt;
        bytes32 nonce;
    }

    /// @notice What became of an order's reservation.
    enum ReservationStatus {
        None,
        Reserved,
        Spent,
        Released
    }

    /// @notice The metadata digest (of the Croissant record) stands in this event alone: nothing on chain depends on
    /// it.
    event Published(
        uint256 indexed dataset,
        address indexed custodian,
        bytes32 metadataDigest,
        bytes32 contentRoot,
        bytes32 policyDigest,
        uint64 capMicroRho
    );
    event Described(uint256 indexed dataset, bytes32 metadataDigest);
    event CustodianChanged(uint256 indexed dataset, address indexed custodian);
    event PolicyChanged(uint256 indexed dataset, bytes32 policyDigest);
    event EpochStarted(uint256 indexed dataset, uint64 epoch);
    event GrantRevoked(uint256 indexed dataset, bytes32 indexed grantDigest);
    event Reserved(uint256 indexed dataset, bytes32 indexed grantDigest, bytes32 indexed orderDigest, uint64 microRho);
    event Spent(uint256 indexed dataset, bytes32 indexed orderDigest, uint64 microRho);
    event Released(uint256 indexed dataset, bytes32 indexed orderDigest);

    error ZeroAddress();
    /// @notice The caller is not who the function is for.
    error NotAuthorized(address caller, address expected);
    /// @notice The grant was given before the dataset changed hands or all its grants were revoked.
    error GrantOfOldEpoch(bytes32 grantDigest, uint64 epoch, uint64 present);
    /// @notice The grant was given under another policy than the one in force.
    error GrantOfOldPolicy(bytes32 grantDigest, bytes32 policy, bytes32 present);
    /// @notice The grant is valid in [validFrom, expiresAt).
    error GrantNotInTime(bytes32 grantDigest, uint64 validFrom, uint64 expiresAt);
    error GrantIsRevoked(bytes32 grantDigest);
    /// @notice Every use the grant numbers has been taken.
    error GrantUsedUp(bytes32 grantDigest, uint32 uses);
    /// @notice One use may reserve up to `granted`.
    error GrantTooSmall(bytes32 grantDigest, uint64 microRho, uint64 granted);
    /// @notice The grant's signature is not by the dataset's present owner.
    error BadGrantSignature(bytes32 grantDigest, address owner);
    /// @notice The dataset's privacy budget does not allow it.
    error BudgetExceeded(uint256 dataset, uint64 microRho, uint64 available);
    /// @notice The order's reservation is not in the state the call needs.
    error WrongReservation(uint256 dataset, bytes32 orderDigest, ReservationStatus status);
    /// @notice The order was not reserved under this grant.
    error WrongGrant(uint256 dataset, bytes32 orderDigest, bytes32 grantDigest);
    /// @notice More would be spent than was reserved.
    error ReservationTooSmall(uint256 dataset, bytes32 orderDigest, uint64 microRho, uint64 reserved);

    // ── Owner
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Publishes a dataset; the caller owns it. Returns its id, counted from 1.
    function publish(
        bytes32 metadataDigest,
        bytes32 contentRoot,
        address custodian,
        bytes32 policyDigest,
        uint64 capMicroRho
    ) external returns (uint256 dataset);

    /// @notice Replaces the description. Owner only.
    function setMetadata(uint256 dataset, bytes32 metadataDigest) external;

    /// @notice Names another custodian; it takes over what is reserved. Owner only.
    function setCustodian(uint256 dataset, address custodian) external;

    /// @notice Puts another policy in force; grants given under the old one end. Owner only.
    function setPolicy(uint256 dataset, bytes32 policyDigest) external;

    /// @notice Ends one grant. What is reserved under it stays reserved. Owner only.
    function revokeGrant(uint256 dataset, bytes32 grantDigest) external;

    /// @notice Ends every grant given so far, by starting another epoch. Owner only.
    function revokeAll(uint256 dataset) external;

    // ── Custodian
    // ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Takes one use of a grant and sets budget aside for an order. Custodian only.
    /// @dev An order has one reservation per dataset, ever. microRho may be zero where nothing is spent.
    /// Reverts: whatever checkGrant does, GrantTooSmall, BudgetExceeded, WrongReservation.
    /// @param orderDigest EIP-712 digest of the order.
    function reserve(Grant calldata grant, bytes calldata signature, bytes32 orderDigest, uint64 microRho) external;

    /// @notice Ends a reservation: `microRho` of it is spent for good, the rest is free again. Custodian only.
    function spend(uint256 dataset, bytes32 orderDigest, uint64 microRho) external;

    /// @notice Ends a reservation of a job of which nothing left: the budget is free again and the grant gets its use
    /// back. Custodian only.
    /// @param grantDigest The grant under which it was reserved.
    function release(uint256 dataset, bytes32 grantDigest, bytes32 orderDigest) external;

    // ── Views
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Reverts as ERC-721 does for unknown ids.
    function datasetOf(uint256 dataset) external view returns (Dataset memory);

    /// @notice Datasets published so far; ids are 1 to this.
    function datasetCount() external view returns (uint256);

    /// @notice Micro-rho that can still be reserved.
    function availableMicroRho(uint256 dataset) external view returns (uint64);

    /// @notice EIP-712 digest of a grant.
    function grantDigestOf(Grant calldata grant) external view returns (bytes32);

    /// @notice The dataset's present epoch, whether the grant was revoked by name, and how many of its uses are taken.
    function grantState(uint256 dataset, bytes32 grantDigest)
        external
        view
        returns (uint64 epoch, bool isRevoked, uint32 usesTaken);

    /// @notice Returns the digest of a grant that could be used in this block, reverts with the reason otherwise.
    /// Reverts: BadGrantSignature, GrantOfOldEpoch, GrantOfOldPolicy, GrantNotInTime, GrantIsRevoked, GrantUsedUp.
    function checkGrant(Grant calldata grant, bytes calldata signature) external view returns (bytes32 grantDigest);

    /// @notice An order's reservation on a dataset. `microRho` is what is reserved, or what was spent.
    function reservationOf(uint256 dataset, bytes32 orderDigest)
        external
        view
        returns (ReservationStatus status, uint64 microRho);

    /// @notice EIP-712 domain separator of grants and requests for them.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}
