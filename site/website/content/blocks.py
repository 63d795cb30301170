"""Blocks that editors compose public pages of."""

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

TEXT_FEATURES = ["h3", "bold", "italic", "ol", "ul", "link", "document-link"]
PLAIN_FEATURES = ["bold", "italic", "ol", "ul", "link"]

# An address inside the site begins with a slash, so that a link survives a change of the host name.
is_address = RegexValidator(r"\A(https?://|mailto:|tel:|/|#)", _("Begin with https://, mailto:, tel:, / or #."))


class LinkValue(blocks.StructValue):
    """The value of a link: a page of the site, else an address."""

    @property
    def href(self) -> str:
        """Where the link leads; empty when neither is filled, or the page is gone or not published."""
        page = self.get("page")
        if page:
            return str(page.url or "") if page.live else ""
        return str(self.get("address") or "")


class LinkBlock(blocks.StructBlock):
    """A link to a page, or to an address where there is no page."""

    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    address = blocks.CharBlock(label=_("or address"), required=False, max_length=255, validators=[is_address])

    class Meta:
        icon = "link"
        value_class = LinkValue


class HeadingBlock(blocks.CharBlock):
    """A heading of the second level."""

    class Meta:
        icon = "title"
        template = "content/blocks/heading.html"


class PictureBlock(blocks.StructBlock):
    """An image with its alternative text and a caption."""

    image = ImageBlock(label=_("Image"))
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=255)

    class Meta:
        icon = "image"
        template = "content/blocks/picture.html"


class TableBlock(blocks.StructBlock):
    """A table whose columns are text or numbers; numbers stand to the right."""

    table = TypedTableBlock(
        [
            ("text", blocks.CharBlock(label=_("Text"), required=False)),
            ("number", blocks.CharBlock(label=_("Number"), required=False)),
            ("rich_text", blocks.RichTextBlock(label=_("Formatted text"), features=PLAIN_FEATURES, required=False)),
        ],
        label=_("Table"),
    )

    class Meta:
        icon = "table"
        template = "content/blocks/table.html"


class NoticeBlock(blocks.StructBlock):
    """A notice that stands out of the text."""

    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[
            ("info", _("Information")),
            ("success", _("Good news")),
            ("warning", _("Warning")),
            ("error", _("Danger")),
        ],
        default="info",
    )
    title = blocks.CharBlock(label=_("Title"), required=False, max_length=160)
    text = blocks.RichTextBlock(label=_("Text"), features=PLAIN_FEATURES)

    class Meta:
        icon = "info-circle"
        template = "content/blocks/notice.html"


class DocumentBlock(blocks.StructBlock):
    """A public document with the name that readers see."""

    document = DocumentChooserBlock(label=_("Document"))
    title = blocks.CharBlock(
        label=_("Title"), required=False, max_length=255, help_text=_("Empty: the document's own title.")
    )


class DocumentListBlock(blocks.StructBlock):
    """A list of documents to download."""

    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=160)
    documents = blocks.ListBlock(DocumentBlock(), label=_("Documents"), min_num=1)

    class Meta:
        icon = "doc-full-inverse"
        template = "content/blocks/documents.html"


class CallToActionBlock(blocks.StructBlock):
    """One thing to do, with a button."""

    title = blocks.CharBlock(label=_("Title"), max_length=160)
    text = blocks.TextBlock(label=_("Text"), required=False)
    button = blocks.CharBlock(label=_("Words on the button"), max_length=60)
    link = LinkBlock(label=_("Link"))

    class Meta:
        icon = "pick"
        template = "content/blocks/call_to_action.html"


class QuestionBlock(blocks.StructBlock):
    """A question and its answer."""

    question = blocks.CharBlock(label=_("Question"), max_length=255)
    answer = blocks.RichTextBlock(label=_("Answer"), features=PLAIN_FEATURES)


class QuestionsBlock(blocks.StructBlock):
    """Questions and answers that open one by one."""

    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=160)
    questions = blocks.ListBlock(QuestionBlock(), label=_("Questions"), min_num=1)

    class Meta:
        icon = "help"
        template = "content/blocks/questions.html"


class QuickActionBlock(blocks.StructBlock):
    """A card of the home page that leads to one thing people come for."""

    title = blocks.CharBlock(label=_("Title"), max_length=80)
    text = blocks.TextBlock(label=_("Text"), required=False)
    link = LinkBlock(label=_("Link"))

    class Meta:
        icon = "link"


class BodyBlock(blocks.StreamBlock):
    """What the body of a public page is made of."""

    heading = HeadingBlock(label=_("Heading"), max_length=160)
    text = blocks.RichTextBlock(
        label=_("Text"), features=TEXT_FEATURES, icon="pilcrow", template="content/blocks/text.html"
    )
    picture = PictureBlock(label=_("Image"))
    table = TableBlock(label=_("Table"))
    notice = NoticeBlock(label=_("Notice"))
    documents = DocumentListBlock(label=_("Documents"))
    call_to_action = CallToActionBlock(label=_("Call to action"))
    questions = QuestionsBlock(label=_("Questions and answers"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(*args, **kwargs)
