"""A page whose counter lives in the backend: every click travels over the websocket."""

import os

import reflex as rx


class State(rx.State):
    """What the backend keeps for each visitor."""

    clicks: int = 0
    backend: str = ""

    @rx.event
    def load(self):
        self.backend = os.environ.get("BACKEND_URL", "")

    @rx.event
    def click(self):
        self.clicks += 1


def index() -> rx.Component:
    return rx.center(
        rx.vstack(
            rx.image(src="/mark.svg", width="3rem", alt=""),
            rx.heading("Hello from Reflex", size="8"),
            rx.text("The backend answers at ", rx.code(State.backend)),
            rx.button(f"Clicked {State.clicks} times", on_click=State.click, size="3"),
            align="center",
            spacing="5",
        ),
        min_height="100vh",
    )


app = rx.App()
app.add_page(index, title="reflex · devstart", on_load=State.load)
