// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {KoinToken} from "../KoinToken.sol";
import {Nodes} from "../Nodes.sol";
import {IArithmetic} from "../interfaces/IArithmetic.sol";
import {IAudits} from "../interfaces/IAudits.sol";
import {IBeacon} from "../interfaces/IBeacon.sol";
import {IEscrow} from "../interfaces/IEscrow.sol";
import {INodes} from "../interfaces/INodes.sol";
import {Digests} from "../libraries/Digests.sol";
import {Rfc6962} from "../libraries/Rfc6962.sol";
import {Maturing} from "../types/Maturing.sol";
import {Opening, Order, Receipt, Signature} from "../types/Statements.sol";
import {CourtState} from "./CourtState.sol";

/// @dev What all kinds of evidence share: terms, liens on stake, frozen claims, convictions.
abstract contract CourtBase is CourtState {
    using Digests for *;

    uint8 internal constant _maxRounds = 3;
    uint256 internal constant _answerMax = 1024;

    Nodes internal immutable _nodes;
    IEscrow internal immutable _escrow;
    IAudits internal immutable _audits;
    IBeacon internal immutable _beacon;
    IArithmetic internal immutable _arithmetic;
    KoinToken internal immutable _koin;
    bytes32 private immutable _domainHere;
    uint256 private immutable _chainId;

    uint48 internal immutable _evidenceWindow;
    uint32 internal immutable _jurySeats;
    uint256 internal immutable _jurorFee;
    uint256 internal immutable _jurorPenalty;
    uint256 internal immutable _accuseBond;
    uint256 internal immutable _demandBond;
    uint256 internal immutable _absencePenalty;
    uint256 internal immutable _lien;
    uint256 internal immutable _bounty;
    uint256 internal immutable _evidenceBounty;
    uint256 internal immutable _compensation;

    constructor(
        Nodes nodes_,
        IEscrow escrow_,
        IAudits audits_,
        IBeacon beacon,
        IArithmetic arithmetic,
        Terms memory it
    ) {
        _koin = KoinToken(address(nodes_.koin()));
        // Nobody can mint, so no stake and no sum of stakes ever exceeds 96 bits.
        if (_koin.totalSupply() > type(uint96).max || address(escrow_.nodes()) != address(nodes_)) revert BadTerms();
        if (it.jurySeats == 0 || it.jurySeats > type(uint16).max || it.lien == 0) revert BadTerms();
        // An accusation that was wrong pays for what it caused.
        if (it.accuseBond < uint256(it.jurySeats) * it.jurorFee + it.compensation) revert BadTerms();

        (_nodes, _escrow, _audits, _beacon, _arithmetic) = (nodes_, escrow_, audits_, beacon, arithmetic);
        (_domainHere, _chainId) = (nodes_.DOMAIN_SEPARATOR(), block.chainid);
        _evidenceWindow = nodes_.CHALLENGE_WINDOW();
        _jurySeats = it.jurySeats;
        (_jurorFee, _jurorPenalty) = (it.jurorFee, it.jurorPenalty);
        (_accuseBond, _demandBond) = (it.accuseBond, it.demandBond);
        (_absencePenalty, _lien) = (it.absencePenalty, it.lien);
        (_bounty, _evidenceBounty, _compensation) = (it.bounty, it.evidenceBounty, it.compensation);
    }

    function _demandWindow() internal view returns (uint48) {
        return _part(7);
    }

    function _reportWindow() internal view returns (uint48) {
        return _part(7);
    }

    function _commitWindow() internal view returns (uint48) {
        return _part(14);
    }

    function _revealWindow() internal view returns (uint48) {
        return _part(14);
    }

    function _appealWindow() internal view returns (uint48) {
        return _part(14);
    }

    /// @dev At least one second, so that a chain with a window of seconds has every state too.
    function _part(uint48 parts) private view returns (uint48) {
        return _evidenceWindow < parts ? 1 : _evidenceWindow / parts;
    }

    // ── Office
    // ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function _isInOffice() internal view returns (bool) {
        return _nodes.court() == address(this);
    }

    /// @dev A court that is not in office must not decide: the statement would count as decided, and nobody be slashed.
    function _requireOffice() internal view {
        if (!_isInOffice()) revert OutOfOffice();
    }

    /// @dev Whatever is opened now must end before another court can be in office, or its lien could not be lifted.
    function _requireOfficeToTheEnd() internal view {
        _requireOffice();
        (, uint48 effectiveAt) = _nodes.proposedCourt();
        if (effectiveAt != 0 && block.timestamp + _evidenceWindow >= effectiveAt) revert OutOfOffice();
    }

    // ── Stake
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Locks as much of `most` as no other dispute holds.
    function _lockUpTo(address node, uint256 most) internal returns (uint96) {
        (uint256 available,) = _stakeOf(node);
        return _lock(node, available < most ? available : most);
    }

    function _lock(address node, uint256 amount) internal returns (uint96) {
        if (amount != 0) _nodes.lock(node, amount);
        return uint96(amount);
    }

    function _stakeOf(address node) internal view returns (uint256 available, uint256 locked) {
        INodes.Stake memory stake = _nodes.stakeOf(node);
        locked = stake.locked;
        available = uint256(stake.active) + stake.unstaking - locked;
    }

    function _slash(address node, uint256 amount) internal {
        _nodes.slash(node, amount, address(this));
    }

    /// @dev Ends a hold. Of a node convicted since it was taken, all stake is forfeit, this part too: otherwise a
    /// cheater would hide its stake behind demands and disputes of its own.
    function _lift(address node, uint256 amount, uint256 takenAt) internal {
        if (amount == 0 || !_isInOffice()) return;
        if (_condemnedAt[node] < takenAt) {
            _nodes.unlock(node, amount);
        } else {
            _slash(node, amount);
            _burnable += amount;
        }
    }

    // ── Cases
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev One more dispute or demand about the statement. The first takes the lien for all.
    function _enterCase(bytes32 statement, address node) internal {
        Case storage it = _cases[statement];
        if (it.open++ != 0) return;
        it.at = uint40(block.timestamp);
        if (_findings[statement].ground == Ground.None) it.lien = _lockUpTo(node, _lien);
    }

    /// @dev One less; the last lifts the lien and gives back what was frozen, unless the receipt was convicted.
    function _leaveCase(bytes32 statement, address node) internal {
        Case storage it = _cases[statement];
        if (--it.open != 0) return;
        (uint256 lien, uint256 takenAt) = (it.lien, it.at);
        (it.lien, it.at) = (0, uint40(block.timestamp));
        _lift(node, lien, takenAt);
        // A requester that agreed to a planted fault was not wronged.
        if (_findings[statement].ground == Ground.None || _findings[statement].isPlanted) _giveBack(statement, node);
    }

    /// @dev Takes the amount of a receipt out of its signer's maturing claims.
    function _freeze(bytes32 digest, Receipt calldata receipt) internal {
        Case storage it = _cases[digest];
        if (it.frozen != 0 || receipt.amount == 0 || !_isInOffice()) return;
        it.frozen = uint104(_takeMaturing(receipt.token, receipt.provider, receipt.amount));
        _frozenTokens[digest] = receipt.token;
    }

    function _takeMaturing(address token, address payee, uint256 amount) internal returns (uint256) {
        return _escrow.slash(IERC20(token), payee, amount, address(this));
    }

    function _giveBack(bytes32 receipt, address provider) private {
        uint104 frozen = _cases[receipt].frozen;
        if (frozen == 0) return;
        _cases[receipt].frozen = 0;
        address token = _frozenTokens[receipt];
        _returned[token][provider] = _roll(token, provider).plus(frozen);
    }

    /// @dev Brings forward what was given back; what has matured is owed.
    function _roll(address token, address provider) internal returns (Maturing claims) {
        uint104 matured;
        (claims, matured) = _returned[token][provider].rolled(_window());
        _returned[token][provider] = claims;
        if (matured != 0) _claimsOwed[token][provider] += matured;
    }

    function _window() internal view returns (uint48) {
        return uint48(block.timestamp / _evidenceWindow);
    }

    // ── Convictions
    // ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Marks the statement and locks everything that is left, to be taken by `enforce` under `id`. The lien of the
    /// statement's own case goes with it; what other cases hold is forfeit when they let it go.
    /// @param bountyTo The accuser, or nobody.
    function _convict(
        address accused,
        bytes32 statement,
        bytes32 dispute,
        Ground ground,
        address accuser,
        address bountyTo
    ) internal returns (uint96 amount) {
        _find(statement, ground);
        if (_isInOffice()) {
            uint96 lien = _takeLien(statement);
            (uint256 available, uint256 locked) = _stakeOf(accused);
            if (locked > lien) _condemnedAt[accused] = uint48(block.timestamp);
            amount = lien + _lock(accused, available);
            _sentence(accused, dispute == 0 ? statement : dispute, amount, bountyTo);
        }
        emit Convicted(accused, statement, dispute, ground, accuser, amount);
    }

    /// @dev The first ground stands.
    function _find(bytes32 statement, Ground ground) internal {
        Finding storage it = _findings[statement];
        if (it.ground == Ground.None) it.ground = ground;
        if (ground == Ground.Jury || ground == Ground.Arithmetic) it.isRefuted = true;
    }

    function _takeLien(bytes32 statement) internal returns (uint96 lien) {
        lien = _cases[statement].lien;
        if (lien != 0) _cases[statement].lien = 0;
    }

    function _sentence(address accused, bytes32 id, uint96 amount, address bountyTo) internal {
        if (amount == 0) return;
        // A receipt convicted by another one can be refuted before that is enforced.
        Sentence storage it = _sentences[_sentenceKey(accused, id)];
        (it.bountyTo, it.amount) = (bountyTo, it.amount + amount);
    }

    /// @dev False where nothing was to be done.
    function _enforce(address accused, bytes32 id) internal returns (bool) {
        bytes32 key = _sentenceKey(accused, id);
        (address bountyTo, uint256 amount) = (_sentences[key].bountyTo, _sentences[key].amount);
        if (amount == 0) return false;
        delete _sentences[key];
        DisputeState storage dispute = _disputes[id];
        address accuser = dispute.accuser;
        if (accuser != address(0)) _koinOwed[accuser] += _accuseBond;
        if (!_isInOffice()) {
            // What a court had locked that then left cannot be taken any more, nor be paid from.
            (dispute.reward, dispute.fees) = (0, 0);
            emit Enforced(accused, id, 0, address(0), 0, 0);
            return true;
        }
        _slash(accused, amount);
        uint256 fees = dispute.fees;
        uint256 bounty;
        if (bountyTo != address(0)) {
            bounty = accuser == address(0) ? _evidenceBounty : _bounty;
            uint256 most = _payable(accuser == address(0) ? id : dispute.receipt, amount) - fees;
            if (bounty > most) bounty = most;
            _koinOwed[bountyTo] += bounty;
        }
        _burnable += amount - fees - bounty;
        emit Enforced(accused, id, amount, bountyTo, bounty, fees);
        return true;
    }

    /// @dev What may be paid out of a sentence: a quarter, so that three burn even where accused, accuser and jurors
    /// are one. For a planted fault only costs were locked.
    function _payable(bytes32 statement, uint256 amount) internal view returns (uint256) {
        Finding storage it = _findings[statement];
        return it.isPlanted && it.isRefuted ? amount : amount / 4;
    }

    function _sentenceKey(address accused, bytes32 id) internal pure returns (bytes32) {
        return keccak256(abi.encode(accused, id));
    }

    // ── Bonds
    // ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev KOIN takes no fee, calls nobody, and reverts rather than say no.
    function _takeBond(uint256 amount) internal {
        // forge-lint: disable-next-line(erc20-unchecked-transfer)
        if (amount != 0) _koin.transferFrom(msg.sender, address(this), amount);
    }

    // ── Statements
    // ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Of evidence. Cached for this chain, as it is there: after a fork of the chain, `Nodes` has another one.
    function _domain() internal view returns (bytes32) {
        return block.chainid == _chainId ? _domainHere : _nodes.DOMAIN_SEPARATOR();
    }

    /// @dev The digest of a receipt that its provider signed.
    function _signed(Receipt calldata receipt, Signature calldata signature) internal view returns (bytes32 digest) {
        digest = receipt.hash(_domain());
        digest.requireSigned(signature, receipt.provider);
    }

    function _requireOrder(Order calldata order, Receipt calldata receipt) internal view {
        _must(order.hash(_domain()) == receipt.order, "order");
    }

    function _requireOpens(Opening calldata opening, bytes32 execution) internal pure {
        _must(opening.execution() == execution, "opening");
    }

    function _traceRoot(bytes32 root, uint256 index, uint256 count, bytes32[] calldata path)
        internal
        view
        returns (bytes32)
    {
        return Rfc6962.rootFromInclusion(Rfc6962.leafHash(root), index, count, path);
    }

    /// @param what Up to 32 characters.
    function _must(bool holds, bytes32 what) internal pure {
        if (holds) return;
        uint256 length;
        while (length < 32 && what[length] != 0) ++length;
        bytes memory text = new bytes(length);
        assembly ("memory-safe") {
            mstore(add(text, 32), what)
        }
        revert EvidenceMismatch(string(text));
    }
}
