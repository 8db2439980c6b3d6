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

    /// @notice The publisher gave the model a further passport, such as one with more evaluations.
    event Amended(bytes32 indexed model, bytes32 indexed passportDigest, address indexed publisher);

    error ZeroDigest();
    error AlreadyRegistered(bytes32 model, address publisher);
    /// @notice Only the publisher may amend; zero where the model was never registered.
    error NotPublisher(bytes32 model, address caller, address publisher);
    error ParentUnknown(bytes32 parent);
    error TooManyParents(uint256 count, uint256 max);

    /// @notice Registers a model; the caller becomes its publisher, for good.
    /// Reverts: ZeroDigest (model or passport), AlreadyRegistered, ParentUnknown, TooManyParents.
    function register(bytes32 model, bytes32 passportDigest, bytes32[] calldata parents) external;

    /// @notice Points a registered model to a newer passport; the events keep every earlier one. Publisher, block and
    /// parents stay what they were. Training again on the same data gives the same bytes, hence the same model.
    /// Reverts: ZeroDigest, NotPublisher.
    function amend(bytes32 model, bytes32 passportDigest) external;

    /// @notice All zero for models never registered.
    function modelOf(bytes32 model) external view returns (Model memory);

    function isRegistered(bytes32 model) external view returns (bool);
}
