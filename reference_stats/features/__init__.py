"""The image features: pure functions, one file per family.

The examples in their docstrings take for granted::

    import io

    import numpy as np
    import PIL.Image
    from reference_stats.decoding.decode import decode_image, image_from_pixels
"""
