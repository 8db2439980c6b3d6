// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Models: which models exist and where each came from.
/// @notice A model is named by the sha-256 digest of its file. Its *passport*, content-addressed, is the graph of
/// manifests, receipts, grants and scores it came from; anybody can check it, so nothing here has to be believed beyond
/// who registered it when. A model is registered once; parents are registered before their children, so the graph of
/// parents has no cycle.
interface IModels {
    /// @param publisher Who registered it.
    /// @param registeredAt When, unix seconds.
    /// @param blockNumber In which block; the event there holds the parents.
    /// @param passportDigest sha-256 digest of the passport.
    struct Model {
        address publisher;
        uint48 registeredAt;
        uint48 blockNumber;
        bytes32 passportDigest;
    }

    event Registered(
        bytes32 indexed model, bytes32 indexed passportDigest, address indexed publisher, bytes32[] parents
    );

    error ZeroDigest();
    error AlreadyRegistered(bytes32 model, address publisher);
    error ParentUnknown(bytes32 parent);
    error TooManyParents(uint256 count, uint256 max);

    /// @notice Registers a model; the caller becomes its publisher, for good.
    /// Reverts: ZeroDigest (model or passport), AlreadyRegistered, ParentUnknown, TooManyParents.
    function register(bytes32 model, bytes32 passportDigest, bytes32[] calldata parents) external;

    /// @notice All zero for models never registered.
    function modelOf(bytes32 model) external view returns (Model memory);

    function isRegistered(bytes32 model) external view returns (bool);
}
