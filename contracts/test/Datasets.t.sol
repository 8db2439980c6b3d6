// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Datasets} from "../src/Datasets.sol";
import {IDatasets} from "../src/interfaces/IDatasets.sol";
import {DatasetsTest} from "./support/DatasetsTest.sol";
import {FickleWallet} from "./support/Tokens.sol";

contract DatasetsBehaviourTest is DatasetsTest {
    address private constant STRANGER = address(0x57);
    address private constant BUYER = address(0xB1);
    bytes32 private constant ORDER_A = keccak256("order a");
    bytes32 private constant ORDER_B = keccak256("order b");

    function setUp() public {
        deployDatasets();
    }

    function refused(IDatasets.Grant memory grant, bytes memory permission, bytes4 reason) private {
        vm.expectPartialRevert(reason);
        datasets.checkGrant(grant, permission);
        vm.expectPartialRevert(reason);
        vm.prank(custodian);
        datasets.reserve(grant, permission, ORDER_A, 0);
    }

    // ── Publishing
    // ──────────────────────────────────────────────────────────────────────────────────────────────────

    function test_ADatasetIsReadBackAsItWasPublished() public view {
        IDatasets.Dataset memory it = datasets.datasetOf(id);
        vm.assertEq(id, 1);
        vm.assertEq(datasets.datasetCount(), 1);
        vm.assertEq(datasets.ownerOf(id), owner);
        vm.assertEq(it.owner, owner);
        vm.assertEq(it.custodian, custodian);
        vm.assertEq(it.epoch, 1);
        vm.assertEq(it.contentRoot, keccak256("content"));
        vm.assertEq(it.policyDigest, keccak256("policy"));
        vm.assertEq(it.capMicroRho, CAP);
        vm.assertEq(it.spentMicroRho, 0);
        vm.assertEq(it.reservedMicroRho, 0);
    }

    function test_TheMetadataDigestStandsInTheEvent() public {
        vm.expectEmit(address(datasets));
        emit IDatasets.Published(2, custodian, keccak256("m"), keccak256("c"), keccak256("p"), 7);
        vm.assertEq(datasets.publish(keccak256("m"), keccak256("c"), custodian, keccak256("p"), 7), 2);
        vm.expectEmit(address(datasets));
        emit IDatasets.Described(2, keccak256("m2"));
        datasets.setMetadata(2, keccak256("m2"));
    }

    function test_ADatasetThatIsNotThereIsNotDescribed() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 2));
        datasets.datasetOf(2);
    }

    function test_ADatasetNeedsACustodian() public {
        vm.expectPartialRevert(IDatasets.ZeroAddress.selector);
        datasets.publish(0, 0, address(0), 0, 1);
        vm.expectPartialRevert(IDatasets.ZeroAddress.selector);
        vm.prank(owner);
        datasets.setCustodian(id, address(0));
    }

    function test_OnlyTheOwnerChangesADataset() public {
        bytes[5] memory calls = [
            abi.encodeCall(datasets.setMetadata, (id, bytes32(0))),
            abi.encodeCall(datasets.setCustodian, (id, STRANGER)),
            abi.encodeCall(datasets.setPolicy, (id, bytes32(0))),
            abi.encodeCall(datasets.revokeGrant, (id, bytes32(0))),
            abi.encodeCall(datasets.revokeAll, (id))
        ];
        address[2] memory callers = [STRANGER, custodian];
        for (uint256 i; i < calls.length; ++i) {
            for (uint256 j; j < callers.length; ++j) {
                vm.prank(callers[j]);
                (bool succeeded, bytes memory reason) = address(datasets).call(calls[i]);
                vm.assertTrue(!succeeded, "somebody else changed it");
                vm.assertEq(reason, abi.encodeWithSelector(IDatasets.NotAuthorized.selector, callers[j], owner));
            }
            vm.prank(owner);
            (bool allowed,) = address(datasets).call(calls[i]);
            vm.assertTrue(allowed, "the owner could not");
        }
    }

    // ── Grants
    // ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function testFuzz_AGrantsDigestIsItsTypedDataHash(IDatasets.Grant memory grant) public view {
        vm.assertEq(datasets.grantDigestOf(grant), digestOf(grant));
    }

    function test_AGrantOfTheOwnerIsGood() public view {
        IDatasets.Grant memory grant = grantOf(10, 1);
        vm.assertEq(datasets.checkGrant(grant, signed(grant)), digestOf(grant));
    }

    function test_AGrantOfAnotherChainOrContractIsRefused() public {
        IDatasets.Grant memory grant = grantOf(10, 1);
        bytes memory elsewhere = signature(OWNER_KEY, digestOf(new Datasets().DOMAIN_SEPARATOR(), grant));
        refused(grant, elsewhere, IDatasets.BadGrantSignature.selector);
        bytes memory here = signed(grant);
        vm.chainId(999);
        refused(grant, here, IDatasets.BadGrantSignature.selector);
    }

    function test_ARevokedGrantIsRefusedAndOthersStand() public {
        IDatasets.Grant memory grant = grantOf(10, 2);
        IDatasets.Grant memory other = grantOf(11, 2);
        reserve(grant, ORDER_B, 10);
        vm.startPrank(owner);
        datasets.revokeGrant(id, digestOf(grant));
        vm.stopPrank();
        refused(grant, signed(grant), IDatasets.GrantIsRevoked.selector);
        (uint64 epoch, bool isRevoked, uint32 taken) = datasets.grantState(id, digestOf(grant));
        vm.assertEq(epoch, 1);
        vm.assertEq(isRevoked, true);
        vm.assertEq(taken, 1);
        reserve(other, ORDER_A, 11);
        // What was reserved before still ends properly.
        vm.prank(custodian);
        datasets.spend(id, ORDER_B, 10);
    }

    function test_NobodyRevokesGrantsOfAnotherDataset() public {
        IDatasets.Grant memory grant = grantOf(10, 1);
        bytes32 digest = digestOf(grant);
        vm.startPrank(STRANGER);
        uint256 own = datasets.publish(0, 0, STRANGER, 0, 1);
        datasets.revokeGrant(own, digest);
        vm.stopPrank();
        reserve(grant, ORDER_A, 1);
    }

    function test_RevokingAllEndsEveryGrantGivenBefore() public {
        IDatasets.Grant memory grant = grantOf(10, 1);
        vm.prank(owner);
        datasets.revokeAll(id);
        refused(grant, signed(grant), IDatasets.GrantOfOldEpoch.selector);
        grant.epoch = 2;
        reserve(grant, ORDER_A, 1);
    }

    function test_SellingADatasetEndsItsGrants() public {
        IDatasets.Grant memory grant = grantOf(10, 1);
        bytes memory permission = signed(grant);
        vm.prank(owner);
        datasets.transferFrom(owner, BUYER, id);
        refused(grant, permission, IDatasets.GrantOfOldEpoch.selector);
        // The seller cannot sign for the new epoch either.
        grant.epoch = 2;
        refused(grant, signed(grant), IDatasets.BadGrantSignature.selector);
    }

    function test_AGrantDoesNotComeBackWithTheDataset() public {
        IDatasets.Grant memory grant = grantOf(10, 1);
        bytes memory permission = signed(grant);
        vm.prank(owner);
        datasets.transferFrom(owner, BUYER, id);
        vm.prank(BUYER);
        datasets.transferFrom(BUYER, owner, id);
        refused(grant, permission, IDatasets.GrantOfOldEpoch.selector);
    }

    function test_EveryWayToTransferEndsTheGrants() public {
        IDatasets.Grant memory grant = grantOf(10, 1);
        bytes memory permission = signed(grant);
        vm.startPrank(owner);
        datasets.safeTransferFrom(owner, owner, id);
        vm.assertEq(datasets.datasetOf(id).epoch, 2);
        datasets.approve(STRANGER, id);
        vm.stopPrank();
        vm.prank(STRANGER);
        datasets.safeTransferFrom(owner, BUYER, id, "");
        vm.assertEq(datasets.datasetOf(id).epoch, 3);
        refused(grant, permission, IDatasets.GrantOfOldEpoch.selector);
    }

    function test_AnotherPolicyEndsGrantsGivenUnderTheOld() public {
        IDatasets.Grant memory grant = grantOf(10, 1);
        vm.prank(owner);
        datasets.setPolicy(id, keccak256("stricter"));
        refused(grant, signed(grant), IDatasets.GrantOfOldPolicy.selector);
    }

    function test_AGrantIsValidFromItsFirstSecondToItsLast() public {
        IDatasets.Grant memory grant = grantOf(10, 1);
        grant.validFrom = uint64(START) + 10;
        grant.expiresAt = uint64(START) + 20;
        bytes memory permission = signed(grant);
        vm.warp(START + 9);
        refused(grant, permission, IDatasets.GrantNotInTime.selector);
        vm.warp(START + 10);
        datasets.checkGrant(grant, permission);
        vm.warp(START + 19);
        datasets.checkGrant(grant, permission);
        vm.warp(START + 20);
        refused(grant, permission, IDatasets.GrantNotInTime.selector);
    }

    function test_AGrantNumbersItsUses() public {
        IDatasets.Grant memory grant = grantOf(10, 2);
        reserve(grant, keccak256("1"), 1);
        reserve(grant, keccak256("2"), 1);
        refused(grant, signed(grant), IDatasets.GrantUsedUp.selector);
    }

    function testFuzz_AMutatedGrantSignatureIsRefused(uint256 bit) public {
        IDatasets.Grant memory grant = grantOf(10, 1);
        bytes memory permission = signed(grant);
        bit %= 520;
        permission[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        refused(grant, permission, IDatasets.BadGrantSignature.selector);
    }

    function test_TheHighTwinOfAGrantSignatureIsRefused() public {
        IDatasets.Grant memory grant = grantOf(10, 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(OWNER_KEY, digestOf(grant));
        bytes memory twin = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        refused(grant, twin, IDatasets.BadGrantSignature.selector);
        refused(grant, "", IDatasets.BadGrantSignature.selector);
        refused(grant, abi.encodePacked(r, s), IDatasets.BadGrantSignature.selector);
        refused(grant, abi.encodePacked(signed(grant), uint8(0)), IDatasets.BadGrantSignature.selector);
    }

    function testFuzz_EveryFieldOfAGrantIsSigned(uint8 field, uint64 salt) public {
        IDatasets.Grant memory grant = grantOf(10, 5);
        bytes memory permission = signed(grant);
        bytes memory encoded = abi.encode(grant);
        // The fields that other checks catch first are signed as well, as the digest test shows.
        uint256[10] memory free = [uint256(2), 3, 4, 6, 7, 8, 9, 10, 11, 14];
        uint256 offset = 32 * free[field % 10] + 31;
        encoded[offset] = bytes1(uint8(encoded[offset]) ^ uint8(1 + salt % 3));
        refused(abi.decode(encoded, (IDatasets.Grant)), permission, IDatasets.BadGrantSignature.selector);
    }

    function test_AWalletThatChangesItsAnswerCannotGiveGrants() public {
        FickleWallet wallet = new FickleWallet();
        vm.prank(owner);
        datasets.transferFrom(owner, address(wallet), id);
        IDatasets.Grant memory grant = grantOf(10, 1);
        grant.epoch = 2;
        refused(grant, signed(grant), IDatasets.BadGrantSignature.selector);
        wallet.change();
        refused(grant, signed(grant), IDatasets.BadGrantSignature.selector);
        // It can still revoke, and sell to a key that can give them.
        wallet.execute(address(datasets), abi.encodeCall(datasets.revokeAll, (id)));
    }

    // ── Budget
    // ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_OnlyTheCustodianReservesSpendsAndReleases() public {
        IDatasets.Grant memory grant = grantOf(10, 5);
        bytes memory permission = signed(grant);
        reserve(grant, ORDER_A, 5);
        address[2] memory callers = [owner, STRANGER];
        for (uint256 i; i < callers.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(IDatasets.NotAuthorized.selector, callers[i], custodian);
            vm.startPrank(callers[i]);
            vm.expectRevert(reason);
            datasets.reserve(grant, permission, ORDER_B, 5);
            vm.expectRevert(reason);
            datasets.spend(id, ORDER_A, 5);
            vm.expectRevert(reason);
            datasets.release(id, bytes32(0), ORDER_A);
            vm.stopPrank();
        }
    }

    function test_WhatIsSpentIsGoneAndTheRestIsFreeAgain() public {
        IDatasets.Grant memory grant = grantOf(CAP, 5);
        reserve(grant, ORDER_A, 600_000);
        vm.assertEq(datasets.availableMicroRho(id), 400_000);
        vm.prank(custodian);
        datasets.spend(id, ORDER_A, 250_000);
        vm.assertEq(datasets.availableMicroRho(id), 750_000);
        IDatasets.Dataset memory it = datasets.datasetOf(id);
        vm.assertEq(it.spentMicroRho, 250_000);
        vm.assertEq(it.reservedMicroRho, 0);
        (IDatasets.ReservationStatus status, uint64 microRho) = datasets.reservationOf(id, ORDER_A);
        vm.assertEq(uint256(status), uint256(IDatasets.ReservationStatus.Spent));
        vm.assertEq(microRho, 250_000);
    }

    function test_AReleasedJobCostsNeitherBudgetNorUse() public {
        IDatasets.Grant memory grant = grantOf(CAP, 1);
        reserve(grant, ORDER_A, CAP);
        refused(grant, signed(grant), IDatasets.GrantUsedUp.selector);
        bytes32 digest = digestOf(grant);
        vm.startPrank(custodian);
        vm.expectPartialRevert(IDatasets.WrongGrant.selector);
        datasets.release(id, keccak256("another grant"), ORDER_A);
        datasets.release(id, digest, ORDER_A);
        vm.stopPrank();
        vm.assertEq(datasets.availableMicroRho(id), CAP);
        reserve(grant, ORDER_B, CAP);
    }

    function test_AnOrderIsReservedOnceAndEndsOnce() public {
        IDatasets.Grant memory grant = grantOf(10, 9);
        bytes32 digest = digestOf(grant);
        bytes memory permission = signed(grant);
        for (uint256 i; i < 2; ++i) {
            bytes32 order = i == 0 ? ORDER_A : ORDER_B;
            vm.startPrank(custodian);
            vm.expectPartialRevert(IDatasets.WrongReservation.selector);
            datasets.spend(id, order, 0);
            vm.expectPartialRevert(IDatasets.WrongReservation.selector);
            datasets.release(id, digest, order);
            datasets.reserve(grant, permission, order, 5);
            vm.expectPartialRevert(IDatasets.WrongReservation.selector);
            datasets.reserve(grant, permission, order, 5);
            if (i == 0) datasets.spend(id, order, 5);
            else datasets.release(id, digest, order);
            vm.expectPartialRevert(IDatasets.WrongReservation.selector);
            datasets.spend(id, order, 0);
            vm.expectPartialRevert(IDatasets.WrongReservation.selector);
            datasets.release(id, digest, order);
            vm.expectPartialRevert(IDatasets.WrongReservation.selector);
            datasets.reserve(grant, permission, order, 5);
            vm.stopPrank();
        }
    }

    function test_NoMoreIsReservedThanTheGrantAndTheCapAllow() public {
        IDatasets.Grant memory grant = grantOf(CAP, 9);
        bytes memory permission = signed(grant);
        IDatasets.Grant memory small = grantOf(10, 9);
        bytes memory smallPermission = signed(small);
        vm.startPrank(custodian);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.GrantTooSmall.selector, digestOf(small), 11, 10));
        datasets.reserve(small, smallPermission, ORDER_A, 11);
        datasets.reserve(grant, permission, ORDER_A, CAP - 5);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.BudgetExceeded.selector, id, 6, 5));
        datasets.reserve(grant, permission, ORDER_B, 6);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.ReservationTooSmall.selector, id, ORDER_A, CAP - 4, CAP - 5));
        datasets.spend(id, ORDER_A, CAP - 4);
        datasets.spend(id, ORDER_A, CAP - 5);
        vm.expectPartialRevert(IDatasets.BudgetExceeded.selector);
        datasets.reserve(grant, permission, ORDER_B, 6);
        datasets.reserve(grant, permission, ORDER_B, 5);
    }

    function test_ANewCustodianTakesOverWhatIsReserved() public {
        reserve(grantOf(10, 1), ORDER_A, 10);
        vm.prank(owner);
        datasets.setCustodian(id, STRANGER);
        vm.expectPartialRevert(IDatasets.NotAuthorized.selector);
        vm.prank(custodian);
        datasets.spend(id, ORDER_A, 10);
        vm.prank(STRANGER);
        datasets.spend(id, ORDER_A, 10);
    }

    function test_TheBudgetStaysSpentWhenTheDatasetIsSold() public {
        reserve(grantOf(CAP, 1), ORDER_A, CAP);
        vm.prank(custodian);
        datasets.spend(id, ORDER_A, CAP);
        vm.prank(owner);
        datasets.transferFrom(owner, BUYER, id);
        vm.assertEq(datasets.availableMicroRho(id), 0);
    }

    function test_AnEndlessCapDoesNotOverflow() public {
        vm.prank(owner);
        id = datasets.publish(0, 0, custodian, keccak256("policy"), type(uint64).max);
        IDatasets.Grant memory grant = grantOf(type(uint64).max, 9);
        reserve(grant, ORDER_A, type(uint64).max);
        bytes memory permission = signed(grant);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.BudgetExceeded.selector, id, type(uint64).max, 0));
        vm.prank(custodian);
        datasets.reserve(grant, permission, ORDER_B, type(uint64).max);
    }
}
