"""The letter of the demonstration."""

SUBJECT = "{{ first_name|fallback('Hello') }}, spring has come to the shop"
SOURCE = """\
<mjml>
  <mj-head><mj-preview>New in the shop, and a little something for you</mj-preview></mj-head>
  <mj-body background-color="#f3f1ec" width="600px">
    <mj-section background-color="#1f3d36" padding="28px">
      <mj-column>
        <mj-text color="#ffffff" font-size="22px" font-family="Georgia, serif">The Green Shop</mj-text>
      </mj-column>
    </mj-section>
    <mj-section background-color="#ffffff" padding="28px">
      <mj-column>
        <mj-text font-size="18px">Hello {{ first_name|fallback("there") }},</mj-text>
        <mj-text line-height="1.6">
          the first seeds are in{% if stadt %}, and they travel to {{ stadt }} within two days{% endif %}.
          Have a look at what is new, and take ten percent with you.
        </mj-text>
        <mj-button background-color="#2f7a63" href="https://shop.example/spring">See what is new</mj-button>
        <mj-text line-height="1.6">
          Rather read first? <a href="https://shop.example/guide">Our guide to the first weeks in the garden</a>.
        </mj-text>
      </mj-column>
    </mj-section>
    <mj-section padding="16px">
      <mj-column>
        <mj-text font-size="12px" color="#6b6b6b" align="center">
          The Green Shop, Gartenweg 1, 10115 Berlin ·
          <a href="{{ unsubscribe_url }}">No more letters, please</a>
        </mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""
