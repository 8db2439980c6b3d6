// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Models} from "../src/Models.sol";
import {IModels} from "../src/interfaces/IModels.sol";
import {Test} from "./support/Test.sol";

contract ModelsTest is Test {
    address private constant PUBLISHER = address(0x1D);
    bytes32 private constant MODEL = keccak256("model");
    bytes32 private constant PASSPORT = keccak256("passport");
    Models private models;

    function setUp() public {
        vm.warp(START);
        vm.roll(100);
        models = new Models();
    }

    function test_AModelIsReadBackAsItWasRegistered() public {
        vm.expectEmit(address(models));
        emit IModels.Registered(MODEL, PASSPORT, PUBLISHER, new bytes32[](0));
        vm.prank(PUBLISHER);
        models.register(MODEL, PASSPORT, new bytes32[](0));
        IModels.Model memory it = models.modelOf(MODEL);
        vm.assertEq(it.publisher, PUBLISHER);
        vm.assertEq(it.registeredAt, START);
        vm.assertEq(it.blockNumber, 100);
        vm.assertEq(it.passportDigest, PASSPORT);
        vm.assertEq(models.isRegistered(MODEL), true);
        vm.assertEq(models.isRegistered(PASSPORT), false);
    }

    function test_AModelIsRegisteredOnce() public {
        vm.prank(PUBLISHER);
        models.register(MODEL, PASSPORT, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IModels.AlreadyRegistered.selector, MODEL, PUBLISHER));
        models.register(MODEL, keccak256("another passport"), new bytes32[](0));
    }

    function test_ParentsAreRegisteredBeforeTheirChildren() public {
        bytes32[] memory parents = new bytes32[](2);
        (parents[0], parents[1]) = (MODEL, keccak256("other"));
        models.register(MODEL, PASSPORT, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IModels.ParentUnknown.selector, parents[1]));
        models.register(keccak256("child"), PASSPORT, parents);
        models.register(parents[1], PASSPORT, new bytes32[](0));
        models.register(keccak256("child"), PASSPORT, parents);
    }

    function test_AModelIsNotItsOwnParent() public {
        bytes32[] memory parents = new bytes32[](1);
        parents[0] = MODEL;
        vm.expectRevert(abi.encodeWithSelector(IModels.ParentUnknown.selector, MODEL));
        models.register(MODEL, PASSPORT, parents);
    }

    function test_AModelHasADigestAPassportAndFewParents() public {
        vm.expectPartialRevert(IModels.ZeroDigest.selector);
        models.register(0, PASSPORT, new bytes32[](0));
        vm.expectPartialRevert(IModels.ZeroDigest.selector);
        models.register(MODEL, 0, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IModels.TooManyParents.selector, 17, 16));
        models.register(MODEL, PASSPORT, new bytes32[](17));
    }

    function test_OnlyThePublisherAmendsAPassport() public {
        vm.prank(PUBLISHER);
        models.register(MODEL, PASSPORT, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IModels.NotPublisher.selector, MODEL, address(this), PUBLISHER));
        models.amend(MODEL, keccak256("forged"));
        vm.roll(200);
        vm.warp(START + 60);
        vm.expectEmit(address(models));
        emit IModels.Amended(MODEL, keccak256("newer"), PUBLISHER);
        vm.prank(PUBLISHER);
        models.amend(MODEL, keccak256("newer"));
        IModels.Model memory it = models.modelOf(MODEL);
        vm.assertEq(it.passportDigest, keccak256("newer"));
        vm.assertEq(it.publisher, PUBLISHER);
        vm.assertEq(it.registeredAt, START);
        vm.assertEq(it.blockNumber, 100);
    }

    function test_AModelThatIsNotThereIsNotAmended() public {
        vm.expectRevert(abi.encodeWithSelector(IModels.NotPublisher.selector, MODEL, address(this), address(0)));
        models.amend(MODEL, PASSPORT);
    }

    function test_APassportIsNeverAmendedAway() public {
        models.register(MODEL, PASSPORT, new bytes32[](0));
        vm.expectPartialRevert(IModels.ZeroDigest.selector);
        models.amend(MODEL, 0);
    }
}
