// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {GRANT_TYPEHASH} from "./generated/TypeHashes.sol";
import {IDatasets} from "./interfaces/IDatasets.sol";
import {Budget} from "./types/Budget.sol";

/// @title Datasets
/// @notice Documented in IDatasets.
contract Datasets is IDatasets, ERC721, EIP712 {
    /// @dev Three words. The budget is a word of its own, created by the first reservation.
    ///
    ///   255                96 95              32 31          0
    ///   ┌────────────────────┬──────────────────┬─────────────┐
    ///   │ custodian (160)    │ cap (64)         │ epoch (32)  │
    ///   ├────────────────────┴──────────────────┴─────────────┤
    ///   │ contentRoot (256)                                   │
    ///   ├─────────────────────────────────────────────────────┤
    ///   │ policyDigest (256)                                  │
    ///   └─────────────────────────────────────────────────────┘
    struct Record {
        uint32 epoch;
        uint64 capMicroRho;
        address custodian;
        bytes32 contentRoot;
        bytes32 policyDigest;
    }

    struct GrantUse {
        bool isRevoked;
        uint32 usesTaken;
    }

    /// @dev `grantTag` is the first 128 bits of the grant's digest, enough to tell which grant gets its use back.
    struct Reservation {
        ReservationStatus status;
        uint64 microRho;
        uint128 grantTag;
    }

    uint256 public datasetCount;
    mapping(uint256 dataset => Record) private _records;
    mapping(uint256 dataset => Budget) private _budgets;
    mapping(uint256 dataset => mapping(bytes32 grantDigest => GrantUse)) private _grants;
    mapping(uint256 dataset => mapping(bytes32 orderDigest => Reservation)) private _reservations;

    constructor() ERC721("Koinon Datasets", "KOIDATA") EIP712("Koinon", "1") {}

    modifier onlyOwner(uint256 dataset) {
        address owner = _requireOwned(dataset);
        if (msg.sender != owner) revert NotAuthorized(msg.sender, owner);
        _;
    }

    modifier onlyCustodian(uint256 dataset) {
        address custodian = _records[dataset].custodian;
        if (msg.sender != custodian) revert NotAuthorized(msg.sender, custodian);
        _;
    }

    // ── Owner
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function publish(
        bytes32 metadataDigest,
        bytes32 contentRoot,
        address custodian,
        bytes32 policyDigest,
        uint64 capMicroRho
    ) external returns (uint256 dataset) {
        if (custodian == address(0)) revert ZeroAddress();
        dataset = ++datasetCount;
        _records[dataset] = Record(1, capMicroRho, custodian, contentRoot, policyDigest);
        // Not _safeMint: a contract that publishes has asked for the token, and need not be called back.
        _mint(msg.sender, dataset);
        emit Published(dataset, custodian, metadataDigest, contentRoot, policyDigest, capMicroRho);
    }

    function setMetadata(uint256 dataset, bytes32 metadataDigest) external onlyOwner(dataset) {
        emit Described(dataset, metadataDigest);
    }

    function setCustodian(uint256 dataset, address custodian) external onlyOwner(dataset) {
        if (custodian == address(0)) revert ZeroAddress();
        _records[dataset].custodian = custodian;
        emit CustodianChanged(dataset, custodian);
    }

    function setPolicy(uint256 dataset, bytes32 policyDigest) external onlyOwner(dataset) {
        _records[dataset].policyDigest = policyDigest;
        emit PolicyChanged(dataset, policyDigest);
    }

    function revokeGrant(uint256 dataset, bytes32 grantDigest) external onlyOwner(dataset) {
        _grants[dataset][grantDigest].isRevoked = true;
        emit GrantRevoked(dataset, grantDigest);
    }

    function revokeAll(uint256 dataset) external onlyOwner(dataset) {
        _startEpoch(dataset);
    }

    // ── Custodian
    // ───────────────────────────────────────────────────────────────────────────────────────────────────

    function reserve(Grant calldata grant, bytes calldata signature, bytes32 orderDigest, uint64 microRho)
        external
        onlyCustodian(grant.dataset)
    {
        uint256 dataset = grant.dataset;
        bytes32 digest = _checkGrant(grant, signature);
        if (microRho > grant.microRho) revert GrantTooSmall(digest, microRho, grant.microRho);

        Budget budget = _budgets[dataset];
        uint64 available = _available(dataset, budget);
        if (microRho > available) revert BudgetExceeded(dataset, microRho, available);

        Reservation storage reservation = _reservations[dataset][orderDigest];
        if (reservation.status != ReservationStatus.None) {
            revert WrongReservation(dataset, orderDigest, reservation.status);
        }
        ++_grants[dataset][digest].usesTaken;
        _budgets[dataset] = budget.withReserved(microRho);
        _reservations[dataset][orderDigest] = Reservation(ReservationStatus.Reserved, microRho, _tag(digest));
        emit Reserved(dataset, digest, orderDigest, microRho);
    }

    function spend(uint256 dataset, bytes32 orderDigest, uint64 microRho) external onlyCustodian(dataset) {
        Reservation storage reservation = _open(dataset, orderDigest);
        uint64 reserved = reservation.microRho;
        if (microRho > reserved) revert ReservationTooSmall(dataset, orderDigest, microRho, reserved);
        _budgets[dataset] = _budgets[dataset].withSettled(reserved, microRho);
        (reservation.status, reservation.microRho) = (ReservationStatus.Spent, microRho);
        emit Spent(dataset, orderDigest, microRho);
    }

    function release(uint256 dataset, bytes32 grantDigest, bytes32 orderDigest) external onlyCustodian(dataset) {
        Reservation storage reservation = _open(dataset, orderDigest);
        if (reservation.grantTag != _tag(grantDigest)) revert WrongGrant(dataset, orderDigest, grantDigest);
        _budgets[dataset] = _budgets[dataset].withSettled(reservation.microRho, 0);
        (reservation.status, reservation.microRho) = (ReservationStatus.Released, 0);
        --_grants[dataset][grantDigest].usesTaken;
        emit Released(dataset, orderDigest);
    }

    // ── Views
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function datasetOf(uint256 dataset) external view returns (Dataset memory) {
        Record storage it = _records[dataset];
        Budget budget = _budgets[dataset];
        return Dataset({
            owner: _requireOwned(dataset),
            custodian: it.custodian,
            epoch: it.epoch,
            contentRoot: it.contentRoot,
            policyDigest: it.policyDigest,
            capMicroRho: it.capMicroRho,
            spentMicroRho: budget.spent(),
            reservedMicroRho: budget.reserved()
        });
    }

    function availableMicroRho(uint256 dataset) external view returns (uint64) {
        return _available(dataset, _budgets[dataset]);
    }

    function grantDigestOf(Grant calldata grant) external view returns (bytes32) {
        return _digest(grant);
    }

    function grantState(uint256 dataset, bytes32 grantDigest) external view returns (uint64, bool, uint32) {
        GrantUse storage it = _grants[dataset][grantDigest];
        return (_records[dataset].epoch, it.isRevoked, it.usesTaken);
    }

    function checkGrant(Grant calldata grant, bytes calldata signature) external view returns (bytes32) {
        return _checkGrant(grant, signature);
    }

    function reservationOf(uint256 dataset, bytes32 orderDigest) external view returns (ReservationStatus, uint64) {
        Reservation storage it = _reservations[dataset][orderDigest];
        return (it.status, it.microRho);
    }

    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _checkGrant(Grant calldata grant, bytes calldata signature) private view returns (bytes32 digest) {
        digest = _digest(grant);
        Record storage record = _records[grant.dataset];
        address owner = _requireOwned(grant.dataset);
        if (grant.epoch != record.epoch) revert GrantOfOldEpoch(digest, grant.epoch, record.epoch);
        if (grant.policy != record.policyDigest) {
            revert GrantOfOldPolicy(digest, grant.policy, record.policyDigest);
        }
        if (block.timestamp < grant.validFrom || block.timestamp >= grant.expiresAt) {
            revert GrantNotInTime(digest, grant.validFrom, grant.expiresAt);
        }
        GrantUse storage use = _grants[grant.dataset][digest];
        if (use.isRevoked) revert GrantIsRevoked(digest);
        if (use.usesTaken >= grant.uses) revert GrantUsedUp(digest, grant.uses);
        (address signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (signer != owner) revert BadGrantSignature(digest, owner);
    }

    function _digest(Grant calldata grant) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(GRANT_TYPEHASH, grant)));
    }

    function _available(uint256 dataset, Budget budget) private view returns (uint64) {
        return _records[dataset].capMicroRho - budget.spent() - budget.reserved();
    }

    function _open(uint256 dataset, bytes32 orderDigest) private view returns (Reservation storage reservation) {
        reservation = _reservations[dataset][orderDigest];
        if (reservation.status != ReservationStatus.Reserved) {
            revert WrongReservation(dataset, orderDigest, reservation.status);
        }
    }

    function _tag(bytes32 digest) private pure returns (uint128) {
        return uint128(uint256(digest) >> 128);
    }

    function _startEpoch(uint256 dataset) private {
        uint32 epoch = ++_records[dataset].epoch;
        emit EpochStarted(dataset, epoch);
    }

    /// @dev Every transfer starts an epoch, so that what the seller permitted does not bind the buyer.
    function _update(address to, uint256 dataset, address auth) internal override returns (address from) {
        from = super._update(to, dataset, auth);
        if (from != address(0)) _startEpoch(dataset);
    }
}
