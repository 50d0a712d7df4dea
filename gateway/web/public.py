"""Pages for contacts: who writes to them, and a card that their phone can keep."""

from __future__ import annotations

from aiohttp import web

from gateway.domain.phone import AddressKind, kind_of
from gateway.domain.vcard import LegalContact, write_vcard
from gateway.settings import Project
from gateway.web.keys import ENGINE
from gateway.web.languages import locale_of
from gateway.web.pages import PAGES


async def notice(request: web.Request) -> web.Response:
    """Show who is behind a project's numbers, in a language of the project."""
    name, project = _project(request)
    senders = request.app[ENGINE].settings.senders_of(name)
    return request.app[PAGES].answer(
        request,
        "public/notice.html",
        locale=locale_of(request, project.locales),
        name=name,
        project=project,
        senders=senders,
    )


async def card(request: web.Request) -> web.Response:
    """Return the same as a vCard."""
    name, project = _project(request)
    settings, legal = request.app[ENGINE].settings, project.legal
    numbers = [
        sender.number
        for sender in settings.senders_of(name)
        if kind_of(sender.number) is not AddressKind.ALPHANUMERIC
    ]
    text = write_vcard(
        LegalContact(
            brand=project.name,
            name=legal.name,
            address=legal.address,
            registration=legal.registration,
            phone=legal.phone,
            email=legal.email,
            url=f"{settings.server.public_url}/p/{name}",
            senders=numbers,
        )
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}.vcf"'}
    return web.Response(text=text, content_type="text/vcard", headers=headers)


def _project(request: web.Request) -> tuple[str, Project]:
    name = request.match_info["project"]
    return name, request.app[ENGINE].directory.project(name).table
