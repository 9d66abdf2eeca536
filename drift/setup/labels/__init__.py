"""What was true of the predictions, as `drift init` finds it, and how it joins with them."""
