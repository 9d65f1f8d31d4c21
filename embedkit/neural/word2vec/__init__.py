"""Skip-gram and CBOW (Mikolov et al. 2013), trained by one loop on one set of kernels."""
